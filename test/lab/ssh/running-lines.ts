import { type Programs, said, type Streams } from './program.ts';

/** A batch file of the machine: prints, and returns its exit code. Fires when it is killed. */
export type Batch = (args: string, streams: Streams, killed: AbortSignal) => number | Promise<number>;

interface Running {
  readonly line: string;
  readonly killed: AbortController;
}

/** pid of the sshd that starts every line. */
const sshd = 4_000;

/**
 * The lines that an sshd runs right now, as processes: WMI lists them, taskkill ends them, and the
 * batch files of the machine run in them.
 */
export class RunningLines {
  readonly #running = new Map<number, Running>();
  readonly #batches: Readonly<Record<string, Batch>>;
  #last = sshd;

  /** @param batches by the name of the file, in lower case */
  constructor(batches: Readonly<Record<string, Batch>>) {
    this.#batches = batches;
  }

  /** Runs a line until it ends or is killed; null = it was killed. */
  async run(line: string, work: (programs: Programs) => Promise<number>): Promise<number | null> {
    const killed = new AbortController();
    this.#last += 4;
    const pid = this.#last;
    this.#running.set(pid, { line, killed });
    const end = new Promise<null>((resolve) =>
      killed.signal.addEventListener('abort', () => resolve(null), { once: true }),
    );
    try {
      return await Promise.race([work(this.#programs(pid, killed.signal)), end]);
    } finally {
      this.#running.delete(pid);
    }
  }

  #programs(pid: number, killed: AbortSignal): Programs {
    return (name, args, streams) => {
      const batch = this.#batches[name.split('\\').at(-1) ?? name];
      if (batch !== undefined) return Promise.resolve(batch(args.trim(), streams, killed));
      if (name === 'wmic' && args.includes('CommandLine'))
        return Promise.resolve(said(streams.out, this.#listed(pid)));
      return name === 'taskkill' ? Promise.resolve(this.#kill(args)) : undefined;
    };
  }

  /** As `wmic process get CommandLine,ParentProcessId,ProcessId /format:csv` prints it. */
  #listed(pid: number): string {
    const rows = [...this.#running].map(([each, { line }]) => `PC,cmd.exe /c "${line}",${sshd},${each}`);
    const itself = `PC,wmic process get CommandLine,ParentProcessId,ProcessId,${pid},${pid + 1}`;
    return ['Node,CommandLine,ParentProcessId,ProcessId', ...rows, itself].join('\r\r\n');
  }

  #kill(args: string): number {
    const pids = [...args.matchAll(/\/pid (\d+)/g)].map(([, pid]) => Number(pid));
    for (const pid of pids) this.#running.get(pid)?.killed.abort();
    return 0;
  }
}
