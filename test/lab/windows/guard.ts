import { removeRun } from './sweep.ts';

/**
 * Outlives the lab by a moment: its standard input is a pipe that the lab holds, which ends when the lab does, however it does. Then
 * nothing of the run is left: `node guard.ts FOLDER`, in a session of its own, so that no Ctrl-C ends it first.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('expected the folder of a run');
process.stdin.resume();
process.stdin.on('end', () => void removeRun(folder).then(() => process.exit(0)));
