import { quoteWord, quoteWords } from "./quote.ts";

/** What a shell's `docker` needs to know. */
export interface DockerFunction {
  /** The words that start docker-id. */
  readonly start: readonly string[];
  /** What is there once an id may be kept: while it is not, docker is started without a look. */
  readonly settings: string;
}

/**
 * A function for bash or zsh by which `docker --id ID …` works, and plain docker goes under the default id where one is
 * kept. The words reach docker-id through a pipe, for an id among them must not stand in the arguments of a process that
 * nobody typed; the subshell then becomes docker itself, so that signals, status and terminal are its own.
 */
export function dockerFunction(shell: "bash" | "zsh", { start, settings }: DockerFunction): string {
  const own = shell === "bash" ? bash : zsh;
  return `function docker {
${own.first}  local docker_id_word docker_id_way=
  if [[ -n \${DOCKER_ID_TOKEN+set} || -e ${quoteWord(shell, settings)} ]]; then docker_id_way=beside; fi
  for docker_id_word in "$@"; do
    case $docker_id_word in --id | --id=* | --as | --as=*) docker_id_way=beside ;; esac
  done
  if [[ -z $docker_id_way ]]; then command docker "$@"; return; fi
  (
    ${own.pid}
    unset -f docker
    set -- docker "$@"
    { docker_id_way=$(${quoteWords(shell, start)} accompany-own "$docker_id_pid" 8< <(builtin printf '%s\\0' "$@") <&9 9<&- &); } 9<&0
    eval "\${docker_id_way:-exit 1}"
  )
}
`;
}

const bash = {
  first: "",
  // Before bash 4 it does not say itself
  pid: `docker_id_pid=\${BASHPID:-$(exec sh -c 'echo "$PPID"')}`,
};

const zsh = {
  first: "  emulate -L zsh\n",
  pid: "zmodload zsh/system && docker_id_pid=${sysparams[pid]}",
};
