import { removeRun } from './remove-run.ts';

/**
 * Outlives a run by a moment: `node guard-process.ts FOLDER OWNER [KEPT…]`. Its standard input is
 * a pipe that the run holds, and the pipe closes when the run ends, however the run ends.
 */
const [folder, owner, ...keeps] = process.argv.slice(2);
if (folder === undefined) throw new Error('expected the folder of a run');
process.stdin.resume();
process.stdin.on('end', () => {
  void removeRun({ folder, owner: Number(owner), keeps }).then(() => process.exit(0));
});
