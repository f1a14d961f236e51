using System.CommandLine;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl completion</c>: the scripts that let a shell complete verbs, options and their values.</summary>
/// <remarks>
/// The scripts know nothing of the verbs. They ask the command itself, <c>densecl "[suggest:POSITION]" "LINE"</c>, so they need no renewal.
/// Where it has nothing to say, as for <c>--images</c>, the shell completes file names.
/// </remarks>
internal static class CompletionCommand
{
    private const string Bash =
        """
        # densecl completion for bash. To load it in every new shell:
        #   densecl completion bash > ~/.local/share/bash-completion/completions/densecl
        _densecl()
        {
            local word=${COMP_LINE:0:$COMP_POINT}
            word=${word##* }
            COMPREPLY=()
            local line
            while IFS= read -r line; do
                [[ $line == [-/]* && $word != -* ]] && continue     # options are offered after a '-'
                [[ -n $line && ${line,,} == "${word,,}"* ]] && COMPREPLY+=("$line")
            done < <(densecl "[suggest:$COMP_POINT]" "$COMP_LINE" 2> /dev/null)

            # readline takes what follows '=' for a word of its own
            if [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then
                COMPREPLY=("${COMPREPLY[@]#"${word%=*}="}")
            fi
            [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
            return 0
        }
        complete -o default -F _densecl densecl
        """;

    private const string Zsh =
        """
        #compdef densecl
        # densecl completion for zsh. To load it in every new shell, in a folder of $fpath:
        #   densecl completion zsh > ~/.zfunc/_densecl
        _densecl()
        {
            local line="${(j: :)words[1,CURRENT-1]} $PREFIX"      # of this command alone; there may be others before it
            local -a found
            found=("${(@f)$(densecl "[suggest:${#line}]" "$line" 2> /dev/null)}")
            found=(${found:#})
            [[ $PREFIX == -* ]] || found=(${found:#[-/]*})     # options are offered after a '-'
            if (( ${#found} )); then
                compadd -S '' -- ${(M)found:#*=}
                compadd -- ${found:#*=}
            else
                _files
            fi
        }
        if [[ $funcstack[1] == _densecl ]]; then _densecl "$@"; else compdef _densecl densecl; fi
        """;

    private const string Fish =
        """
        # densecl completion for fish. To load it in every new shell:
        #   densecl completion fish > ~/.config/fish/completions/densecl.fish
        function __densecl_complete
            set -l line (commandline -cp)
            set -l found (densecl "[suggest:"(string length -- "$line")"]" "$line" 2> /dev/null | string match -v '')
            string match -q -- '-*' (commandline -ct); or set found (string match -rv '^[-/]' -- $found)     # options are offered after a '-'
            if test (count $found) -gt 0
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c densecl -f -a '(__densecl_complete)'
        """;

    private const string PowerShell =
        """
        # densecl completion for PowerShell. To load it in every new shell, add to $PROFILE:
        #   densecl completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName densecl -ScriptBlock {
            param($word, $line, $cursor)
            $cursor -= $line.Extent.StartOffset     # there may be other commands before this one
            densecl "[suggest:$cursor]" "$line" 2> $null | Where-Object {
                # options are offered after a '-'
                $_ -and $_.StartsWith("$word", 'OrdinalIgnoreCase') -and ("$word" -like '-*' -or $_ -notmatch '^[-/]')
            } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = Bash,
        ["zsh"] = Zsh,
        ["fish"] = Fish,
        ["pwsh"] = PowerShell,
    };

    private static readonly Argument<string> Shell = new Argument<string>("shell")
    {
        Description = "The shell.",
        HelpName = string.Join('|', Scripts.Keys),
    }.AcceptOnlyFromAmong([.. Scripts.Keys]);

    public static Command Create() =>
        new Command("completion", "Prints the script with which a shell completes verbs, options and their values.") { Shell }.Does(
            """
            densecl completion bash > ~/.local/share/bash-completion/completions/densecl
            source <(densecl completion bash)                    for this shell only
            densecl completion pwsh | Out-String | Invoke-Expression
            """,
            (call, _) => () =>
            {
                Console.WriteLine(Scripts[call.GetRequiredValue(Shell)]);
                return Verb.Done;
            });
}
