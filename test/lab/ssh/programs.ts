import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import { orderRestart } from '../../../orchestrator/simulation/machines/power.ts';
import { startSmsrun32 } from '../../../orchestrator/simulation/machines/smsrun32.ts';
import { transcriptText } from '../../../orchestrator/simulation/machines/transcript.ts';
import { icacls } from './icacls.ts';
import type { NtFiles } from './nt-files.ts';
import { answered, type Programs, said, type Streams, type Visit } from './program.ts';
import { reg } from './reg.ts';
import { sc } from './sc.ts';

/**
 * The console programs of a Windows machine that servpack runs, on the lab's model of the machine.
 */
export function programsOf(
  machine: Machine,
  files: NtFiles,
  visit: Visit,
  pause: () => Promise<void>,
): Programs {
  const programs: Readonly<
    Record<string, (args: readonly string[], streams: Streams, raw: string) => number | Promise<number>>
  > = {
    chcp: (_args, { out }) => said(out, 'Active code page: 437'),
    tasklist: (_args, { out }) => said(out, taskList(machine)),
    wevtutil: (_args, { out }) =>
      said(
        out,
        `<Event><EventData><Data Name='StartTime'>${new Date(shown(machine, machine.bootedAt)).toISOString()}</Data></EventData></Event>`,
      ),
    wmic: (_args, { out }) => said(out, processDetails(machine)),
    sc: (args, streams) => sc(machine, visit, args, streams),
    reg: (args, streams) => reg(machine, files, args, streams),
    findstr: (args, { out, input }) => find(files, args, input, (line) => out.write(`${line}\r\n`)),
    certutil: (args, { out }) =>
      said(out, `SHA256 hash of ${args[1]}:\r\n${files.hash(args[1] ?? '') ?? ''}\r\nCertUtil: done.`),
    icacls: (args, streams) => icacls(machine, args, streams),
    attrib: () => 0,
    shutdown: (_args, streams) =>
      answered(
        visit((now) => orderRestart(machine, now)),
        streams,
      ),
    msg: (args) => {
      visit((now) => (machine.notices = [...machine.notices, { at: now, text: args.at(-1) ?? '' }]));
      return 0;
    },
    'smsrun32.exe': async (_args, { out }) => {
      visit((now) => startSmsrun32(machine, 'gateway', now));
      while (visit(() => machine.run !== null)) await pause();
      return said(out, transcriptText(machine, machine.transcript?.active ?? []));
    },
  };
  return (name, raw, streams) => {
    const program = programs[name.split('\\').at(-1) ?? name];
    if (program === undefined) return undefined;
    return Promise.resolve(program(argumentsOf(raw), streams, raw));
  };
}

const shown = ({ rules }: Machine, at: number): number => at + rules.clockOffMs;

/**
 * Splits a command line as Microsoft's C runtime does: quotes group, and a backslash before a quote
 * makes it a character.
 */
export function argumentsOf(raw: string): readonly string[] {
  const found: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (let at = 0; at < raw.length; at += 1) {
    const slashes = /^\\*/.exec(raw.slice(at))?.[0].length ?? 0;
    if (slashes > 0 && raw[at + slashes] === '"') {
      word = (word ?? '') + '\\'.repeat(Math.floor(slashes / 2));
      at += slashes;
      if (slashes % 2 === 1) word += '"';
      else quoted = !quoted;
      continue;
    }
    const character = raw[at] ?? '';
    if (character === '"') {
      quoted = !quoted;
      word ??= '';
    } else if (!quoted && /\s/.test(character)) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (word !== null) found.push(word);
  return found;
}

const taskList = ({ processes, session }: Machine): string =>
  [
    { imagePath: 'System', pid: 4, session: 0 },
    ...processes,
    ...(session === null ? [] : [{ imagePath: 'EXPLORER.EXE', pid: 90, session: 1 }]),
  ]
    .map(
      (each) => `"${each.imagePath.split('\\').at(-1)}","${each.pid}","Console","${each.session}","1,024 K"`,
    )
    .join('\r\n');

const processDetails = (machine: Machine): string =>
  machine.processes
    .map(({ imagePath, pid, startedAt }) => {
      const digits = new Date(shown(machine, startedAt)).toISOString().replaceAll(/[-:TZ]/g, '');
      return `PC,${digits.slice(0, 14)}.${digits.slice(15, 18)}000+000,${imagePath},${pid}`;
    })
    .join('\r\n');

/** Finds lines with one of some words, in a file or in the input of a pipe. */
function find(files: NtFiles, args: readonly string[], input: string, write: (line: string) => void): number {
  const literals = args.filter((each) => /^\/c:/i.test(each)).map((each) => each.slice(3));
  const isCaseless = args.some((each) => each.toLowerCase() === '/i');
  const plain = args.filter((each) => !each.startsWith('/'));
  const wanted = literals.length > 0 ? literals : [plain.shift() ?? ''];
  const text = plain[0] === undefined ? input : (files.read(plain[0])?.toString('latin1') ?? '');
  const isRegular = args.some((each) => each.toLowerCase() === '/r');
  const fitsOne = (line: string, one: string): boolean =>
    isRegular
      ? new RegExp(one).test(line)
      : isCaseless
        ? line.toLowerCase().includes(one.toLowerCase())
        : line.includes(one);
  const fits = (line: string): boolean => wanted.some((one) => fitsOne(line, one));
  const isNumbered = args.some((each) => each.toLowerCase() === '/n');
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const found = lines.flatMap((line, at) => (fits(line) ? [isNumbered ? `${at + 1}:${line}` : line] : []));
  for (const line of found) write(line);
  return found.length > 0 ? 0 : 1;
}
