/**
 * What a process says on stdout and stderr is for people; when nobody takes it (a full disk, a
 * closed pipe) the process goes on.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners('error').on('error', () => undefined);
}
