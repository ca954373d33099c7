import { removeRun } from './sweep.ts';

/**
 * Outlives the lab by a moment. Its standard input is a pipe from the lab, which ends when the lab
 * ends, in whatever way. Then the guard removes everything of the run: `node guard.ts FOLDER`, in a
 * session of its own, so that Ctrl-C does not end it first.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('expected the folder of a run');
process.stdin.resume();
process.stdin.on('end', () => void removeRun(folder).then(() => process.exit(0)));
