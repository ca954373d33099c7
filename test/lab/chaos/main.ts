import { rmSync } from 'node:fs';
import { messageOf } from '../../../shared/errors.ts';
import { guardRun } from '../../environment/run-guard.ts';
import { readOptions, replayOf } from './options.ts';
import { run } from './run.ts';
import { storiesText, tableText } from './table.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const options = readOptions(process.argv.slice(2));
const started = Date.now();
const guarded = await guardRun({ keeps: [options.dataDir] });
try {
  say(replayOf(options));
  const { lines, stories } = await run(options, say);
  const isRight = lines.every(({ faults }) => faults.length === 0);
  for (const text of ['', ...tableText(lines)]) say(text);
  if (isRight) rmSync(options.dataDir, { recursive: true, force: true });
  else
    for (const text of storiesText(
      lines.flatMap(({ faults }) => faults),
      stories,
    ))
      say(text);
  if (!isRight)
    say(
      `\nLogs and the data of Redis are in ${options.dataDir}. The same plan again:\n  ${replayOf(options)}`,
    );
  process.exitCode = isRight ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`);
  say(`The same plan again:\n  ${replayOf(options)}`);
  process.exitCode = 1;
}
await guarded.end();
say(`Took ${Math.round((Date.now() - started) / 1000)} s.`);
