import { quoteWords } from "./quote.ts";
import type { Shell } from "./shells.ts";

/**
 * The script by which a shell completes docker-id, which these words start. What is typed goes through a
 * pipe, for an id among them must not stand in the arguments of a process.
 */
export function completionScript(shell: Shell, start: readonly string[]): string {
  return scripts[shell].replaceAll("DOCKER_ID", () => quoteWords(shell, start));
}

const bash = `_docker_id() {
  local line=\${COMP_LINE:0:COMP_POINT} words=() glued=0 at word
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    [[ $line == [[:space:]]* || $at == 0 ]] || glued=1
    line=\${line#"\${line%%[![:space:]]*}"}
    if ((at == COMP_CWORD)); then word=$line; fi
    line=\${line#"$word"}
    if ((glued)); then words[\${#words[@]} - 1]+=$word; else words+=("$word"); fi
    glued=0
  done
  local current=\${words[\${#words[@]} - 1]} directive=4 value before
  before=\${current%"\${current##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=\${line#:}; continue; fi
    value=\${line%%$'\\t'*}
    COMPREPLY+=("$(printf '%q' "\${value#"$before"}")")
  done < <(printf '%s\\0' "\${words[@]:1}" | DOCKER_ID __complete-words 2>/dev/null)
  if ((directive & 2)); then compopt -o nospace 2>/dev/null; fi
  if ((!(directive & 4) && !\${#COMPREPLY[@]})); then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -F _docker_id docker-id
`;

const zsh = `_docker-id() {
  local line directive=4 value
  local -a found shown
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=\${line#:}; continue; fi
    value=\${line%%$'\\t'*}
    found+=("$value")
    if [[ $value == $line ]]; then shown+=("$value"); else shown+=("$value  -- \${line#*$'\\t'}"); fi
  done < <(print -rN -- "\${(@Q)words[2,CURRENT]}" | DOCKER_ID __complete-words 2>/dev/null)
  if (( \${#found} == 0 )); then
    if (( (directive & 4) == 0 )); then _files; fi
    return
  fi
  local -a spaced
  if (( directive & 2 )); then spaced=(-S ''); fi
  compadd -l -d shown $spaced -- $found
}
if (( $+functions[compdef] )); then compdef _docker-id docker-id; fi
`;

const fish = `function __docker_id
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  printf '%s\\0' $words[2..] "$current" | DOCKER_ID __complete-words 2>/dev/null | string match --invert --regex '^:'
end
complete -c docker-id -a '(__docker_id)'
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
