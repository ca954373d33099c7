/**
 * The shell of a login (DefaultShell of OpenSSH): cmd.exe, or another one that has to start
 * cmd.exe.
 */
export type Shell = 'cmd' | 'other';

/**
 * A line in the form for this shell. Another shell than cmd.exe gets only letters and digits:
 * PowerShell decodes them and starts cmd.exe with the line as it is, so no quoting of that shell
 * matters.
 */
export function lineFor(shell: Shell, line: string): string {
  if (shell === 'cmd') return line;
  const script = [
    // Ends with the first error: the later ones only follow from it.
    "$ErrorActionPreference='Stop'",
    `$p=New-Object Diagnostics.ProcessStartInfo 'cmd.exe','/d /s /c "${line.replaceAll("'", "''")}"'`,
    '$p.UseShellExecute=$false',
    '$x=[Diagnostics.Process]::Start($p)',
    '$x.WaitForExit()',
    'exit $x.ExitCode',
  ].join(';');
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  return `powershell.exe -NoProfile -NonInteractive -EncodedCommand ${encoded}`;
}
