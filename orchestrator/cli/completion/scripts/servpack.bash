# Completion of servpack for bash 3.2 and newer: eval "$(servpack completion bash)"

_servpack() {
  # bash cuts words at = and : too (COMP_WORDBREAKS). Only spaces part the words of servpack.
  local line=${COMP_LINE:0:COMP_POINT} index part rest
  local -a words=()
  for ((index = 0; index <= COMP_CWORD; index++)); do
    rest=${line#"${line%%[![:space:]]*}"}
    part=${COMP_WORDS[index]}
    ((index == COMP_CWORD)) && part=$rest
    if ((index > 1)) && [ "$rest" = "$line" ]; then
      words[${#words[@]} - 1]+=$part
    else
      words[${#words[@]}]=$part
    fi
    line=${rest#"$part"}
  done

  # The words as servpack would get them, without quotes.
  local -a plain=()
  for part in "${words[@]:1}"; do
    part=${part#[\"\']}
    part=${part%[\"\']}
    plain[${#plain[@]}]=${part//\\/}
  done

  local typed=${plain[${#plain[@]} - 1]} kept='' takes='' word says
  # What bash has cut off stays as it is: only what follows is replaced.
  case $typed in
    *[=:]*) kept=${typed%"${typed##*[=:]}"} ;;
  esac
  COMPREPLY=()
  while IFS=$'\t' read -r word says; do
    if [ -z "$takes" ]; then
      takes=$word
    else
      COMPREPLY[${#COMPREPLY[@]}]=${word#"$kept"}
    fi
  done < <("${1/#\~\//$HOME/}" complete -- "${plain[@]}" 2>/dev/null </dev/null)
  case $takes in
    files)
      if type compopt >/dev/null 2>&1; then compopt -o default; else
        while IFS= read -r word; do COMPREPLY[${#COMPREPLY[@]}]=$word; done < <(compgen -f -- "${typed#"$kept"}")
      fi
      ;;
    folders)
      if type compopt >/dev/null 2>&1; then compopt -o dirnames; else
        while IFS= read -r word; do COMPREPLY[${#COMPREPLY[@]}]=$word; done < <(compgen -d -- "${typed#"$kept"}")
      fi
      ;;
  esac
}

complete -F _servpack servpack
