import { runCommandLine } from '../../orchestrator/cli/program.ts';

/** Runs command lines that its parent sends, one at a time, as if each had a process of its own. */
export interface CommandLineRun {
  readonly code: number;
  readonly said: string;
}

async function run(args: readonly string[]): Promise<CommandLineRun> {
  const said: string[] = [];
  const out = [process.stdout, process.stderr] as const;
  const writes = out.map((stream) => stream.write.bind(stream));
  for (const stream of out)
    stream.write = ((given: string | Uint8Array) =>
      said.push(Buffer.from(given as string).toString()) > 0) as never;
  process.exitCode = 0;
  try {
    await runCommandLine(args);
  } finally {
    for (const [index, stream] of out.entries()) stream.write = writes[index] as never;
  }
  return { code: Number(process.exitCode), said: said.join('') };
}

const answer = async (args: readonly string[]): Promise<void> => {
  const done = await run(args);
  process.send?.(done);
};

process.on('message', (args: readonly string[]) => void answer(args));
