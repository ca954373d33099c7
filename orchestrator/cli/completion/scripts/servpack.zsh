#compdef servpack
# Completion of servpack for zsh: source <(servpack completion zsh), after compinit.
# As a file named _servpack in a folder of fpath it works too.

_servpack() {
  local -a found offers
  local program=${(Q)words[1]} typed=${(Q)PREFIX} takes line
  found=("${(@f)$(${program/#\~\//$HOME/} complete -- "${(@Q)words[2,CURRENT-1]}" "$typed" 2>/dev/null </dev/null)}")
  takes=$found[1]
  # The name of a file is completed behind --option= too.
  case $takes in
    (files) compset -P '--[^=]##='; _files ;;
    (folders) compset -P '--[^=]##='; _files -/ ;;
    (words)
      for line in "${(@)found[2,-1]}"; do
        # A colon parts the word from what it means.
        offers+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
      done
      _describe -t words 'servpack' offers
      ;;
  esac
}

# As a file of fpath this text is the function's body; else it is read once.
if [[ $funcstack[1] == _servpack ]]; then
  _servpack "$@"
else
  compdef _servpack servpack
fi
