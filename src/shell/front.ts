/**
 * The lines with which a POSIX shell that was given docker-id's words becomes docker-id, where `start` starts it. For
 * `run`, `exec` and `docker` it becomes the program itself, in its own process, so that signals, status, terminal and
 * whatever else was opened are its own; docker-id stays beside it and says what is to be done. The words, among which an id
 * may be, go there through a pipe: arguments are for all to see, for as long as a process lives.
 */
export function frontLines(start: string): string {
  return `docker_id_way= docker_id_value=
for docker_id_word do
  if [ -n "$docker_id_value" ]; then docker_id_value=; continue; fi
  case $docker_id_word in
    -H | -c | -l | -DH | -Dc | -Dl) docker_id_value=1 ;;
    --host | --context | --config | --log-level | --tlscacert | --tlscert | --tlskey) docker_id_value=1 ;;
    -* | id) ;;
    run | exec | docker) docker_id_way=beside; break ;;
    *) break ;;
  esac
done
[ -n "$docker_id_way" ] || exec ${start} "$@"
{ docker_id_way=$(printf '%s\\0' "$@" | ${start} accompany $$ 8<&0 <&3 3<&- 4<&- 5<&- 6<&- 7<&- 9<&- &); } 3<&0
eval "\${docker_id_way:-exit 1}"
`;
}
