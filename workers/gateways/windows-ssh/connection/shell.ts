/** What takes the command lines of a login: cmd.exe, or something that has to be told to start it (the DefaultShell of OpenSSH). */
export type Shell = 'cmd' | 'other';

/**
 * A line as this shell takes it. Any other shell is given nothing but letters and digits: PowerShell starts cmd.exe with the line as it stands, so that
 * no quoting of theirs is in the way. The input is closed, for some versions wait for it.
 */
export function lineFor(shell: Shell, line: string): string {
  if (shell === 'cmd') return line;
  const script = [
    `$p=New-Object Diagnostics.ProcessStartInfo 'cmd.exe','/d /s /c "${line.replaceAll("'", "''")}"'`,
    '$p.UseShellExecute=$false',
    '$x=[Diagnostics.Process]::Start($p)',
    '$x.WaitForExit()',
    'exit $x.ExitCode',
  ].join(';');
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  return `powershell.exe -NoProfile -NonInteractive -EncodedCommand ${encoded}`;
}
