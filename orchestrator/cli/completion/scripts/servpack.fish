# Completion of servpack for fish 3 and newer: servpack completion fish | source

function __servpack_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $before[1])
    set -l found ($program complete -- $before[2..-1] "$typed" 2>/dev/null </dev/null)
    # The name of a file is completed behind --option= too.
    set -l head (string match -r -- '^--[^=]+=' "$typed")
    set -l file (string replace -r -- '^--[^=]+=' '' "$typed")
    switch "$found[1]"
        case files
            printf "$head%s\n" (__fish_complete_path "$file")
        case folders
            printf "$head%s\n" (__fish_complete_directories "$file")
        case words
            test (count $found) -gt 1; and string join \n -- $found[2..-1]
    end
end

complete -c servpack -f -a '(__servpack_complete)'
