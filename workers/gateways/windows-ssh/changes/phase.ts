import type { Fence } from '../../../../shared/store/types.ts';
import { createHash } from 'node:crypto';
import { ok } from '../../../../shared/errors.ts';
import type {
  CommandOutput,
  GatewayResult,
  MarkMethod,
  Phase,
  UpdateRun,
} from '../../../../shared/execution/gateway.ts';
import { send } from './send.ts';
import { attempt, type ClientShell, failure, refused } from '../connection/client.ts';
import { staged, stagedName } from './staging.ts';
import { readTail } from '../connection/files.ts';
import type { Part } from '../connection/frame.ts';
import { editOnClient } from './ini-edit.ts';
import { iniLine, withIniValue } from './ini-line.ts';
import { inOwnCmd, quotePath } from '../connection/quote.ts';

/** An SMS.INI has a few hundred lines. */
const configurationBytesAtMost = 1024 * 1024;

const placed = 'servpack:placed';
const changedMeanwhile = 'servpack:changed';
const ranTo = 'servpack:ran';

export async function mark(
  shell: ClientShell,
  fence: Fence,
  how: MarkMethod,
): Promise<GatewayResult<CommandOutput>> {
  if (how.kind === 'command') return output(await send(shell, fence, `${inOwnCmd(how.command)} 2>&1`));
  return wasPlaced(await withPhase(shell, fence, { phase: how.phase, value: how.phase.marked }));
}

/** Takes back only the mark of servpack: a client in another phase stays in it. */
export async function unmark(
  shell: ClientShell,
  fence: Fence,
  phase: Phase,
): Promise<GatewayResult<CommandOutput>> {
  const change = { phase, value: phase.unmarked, only: phase.marked };
  return wasPlaced(await withPhase(shell, fence, change));
}

/** Marks and runs in one line, so nothing comes in between; the line also prints the transcript. */
export async function runUpdate(
  shell: ClientShell,
  fence: Fence,
  { mark: how, command, transcriptFile }: UpdateRun,
): Promise<GatewayResult<CommandOutput>> {
  const transcript = transcriptFile === null ? ok('""') : refused(quotePath(transcriptFile));
  if (!transcript.ok) return transcript;
  const thenPrint =
    transcriptFile === null ? '' : `& (if exist ${transcript.value} type ${transcript.value} 2>&1)`;
  const run = `(${inOwnCmd(command)} 2>&1)& call echo ${ranTo} %^ERRORLEVEL%${thenPrint}`;
  if (how === null) return hasRun(await send(shell, fence, run));
  if (how.kind === 'command')
    return hasRun(await send(shell, fence, `(${inOwnCmd(how.command)} 2>&1)& ${run}`));
  const sent = await withPhase(shell, fence, { phase: how.phase, value: how.phase.marked, afterwards: run });
  const placing = wasPlaced(sent);
  return placing.ok ? hasRun(sent) : placing;
}

function hasRun(sent: GatewayResult<Part>): GatewayResult<CommandOutput> {
  if (!sent.ok) return sent;
  const { text } = sent.value;
  const code = new RegExp(`${ranTo} (-?\\d+)`).exec(text)?.[1];
  return code === undefined
    ? failure('failed', text.trim().slice(0, 300))
    : ok({ exitCode: Number(code), output: text });
}

const output = (sent: GatewayResult<Part>): GatewayResult<CommandOutput> =>
  sent.ok ? ok({ exitCode: sent.value.exitCode ?? -1, output: sent.value.text }) : sent;

function wasPlaced(sent: GatewayResult<Part>): GatewayResult<CommandOutput> {
  if (!sent.ok) return sent;
  const { text } = sent.value;
  if (text.includes(placed)) return ok({ exitCode: 0, output: text });
  return text.includes(changedMeanwhile)
    ? failure('failed', 'another program changed the configuration file meanwhile')
    : failure('failed', `the configuration file cannot be written: ${text.trim().slice(0, 300)}`);
}

interface PhaseChange {
  readonly phase: Phase;
  readonly value: string;
  /** Changes the value only if it is this one now. */
  readonly only?: string;
  /** Commands that run in the same line after the file is in its place. */
  readonly afterwards?: string;
}

/**
 * Puts the changed configuration file into its place; then the output holds `placed`. Where a look
 * has read the file over this connection, one line has the client make the changed copy itself.
 * Where that fails, or no look has read the file, servpack reads the file and brings the copy over
 * SFTP.
 */
async function withPhase(
  shell: ClientShell,
  fence: Fence,
  change: PhaseChange,
): Promise<GatewayResult<Part>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const commands = madeThere(shell, root.value, change);
  if (commands === null) return brought(shell, fence, change);
  const sent = await send(shell, fence, commands);
  return !sent.ok || sent.value.text.includes(placed) ? sent : brought(shell, fence, change);
}

const isToChange = ({ value, only }: PhaseChange, before: string | null): boolean =>
  before?.toLowerCase() !== value.toLowerCase() &&
  (only === undefined || before?.toLowerCase() === only.toLowerCase());

/**
 * Commands by which the client makes the copy and places it; null where one line cannot do that.
 */
function madeThere({ connection }: ClientShell, systemRoot: string, change: PhaseChange): string | null {
  const { phase, value, afterwards = '' } = change;
  const text = connection.texts.get(phase.file);
  if (text === undefined) return null;
  connection.texts.delete(phase.file);
  const bytes = Buffer.from(text, 'latin1');
  const before = iniLine(bytes, phase);
  const after = withIniValue(bytes, { ...phase, value });
  const quoted = quotePath(phase.file);
  if (before === null || !isToChange(change, before.value) || !after.ok || !quoted.ok) return null;
  if (!isPlain(before.line)) return null;
  const copy = stagedName(systemRoot);
  const made = editOnClient({
    file: phase.file,
    copy,
    before: text,
    after: after.value.toString('latin1'),
    sha256: createHash('sha256').update(after.value).digest('hex'),
  });
  if (made === null) return null;
  const still = holdsLine(before.line, quoted.value);
  const next = afterwards === '' ? '' : ` && (${afterwards}& ver>nul)`;
  return `(${still} && ${made} && ${placing(copy, quoted.value)}${next})& (del /f /q "${copy}" 2>nul)`;
}

/** Can the line stand in a command as it is? Quotes around a value cannot. */
const isPlain = (line: string): boolean => /^[\w .=-]+$/.test(line);

/** Succeeds while the file still has the line, with its spaces around the `=`. */
const holdsLine = (line: string, quoted: string): string => `findstr /i /l /c:"${line}" ${quoted} >nul 2>&1`;

/**
 * Reads the file over SFTP, changes the value, and stages the copy. The line that places the copy
 * first checks that the file still has the size and the phase that were read.
 */
async function brought(shell: ClientShell, fence: Fence, change: PhaseChange): Promise<GatewayResult<Part>> {
  const { phase, value, afterwards } = change;
  const { file } = phase;
  const after = afterwards === undefined ? '' : `& ${afterwards}`;
  const quoted = refused(quotePath(file));
  if (!quoted.ok) return quoted;
  const found = await attempt(`${file} could not be read`, () =>
    readTail(shell.connection, file, configurationBytesAtMost, shell.signal),
  );
  if (!found.ok) return found;
  if (found.value === null) return failure('failed', `there is no ${file}`);
  const { bytes } = found.value;
  const before = iniLine(bytes, phase);
  if (!isToChange(change, before?.value ?? null)) return send(shell, fence, `echo ${placed}${after}`);
  const next = refused(withIniValue(bytes, { ...phase, value }));
  if (!next.ok) return next;
  const still = before === null || !isPlain(before.line) ? '' : `${holdsLine(before.line, quoted.value)} && `;
  return staged(shell, next.value, (path) =>
    send(
      shell,
      fence,
      `(for %z in (${quoted.value}) do @(if not "%~zz"=="${bytes.length}" (echo ${changedMeanwhile}) else (${still}${placing(path, quoted.value)})))${after}`,
    ),
  );
}

/**
 * Copies a file into its place and prints `placed`. cmd.exe does not overwrite a hidden file, and
 * SMS.INI often is one.
 */
function placing(path: string, quoted: string): string {
  const copy = `copy /y /b "${path}" ${quoted} >nul 2>&1`;
  const hidden = `(dir /b /ah ${quoted} >nul 2>&1 && attrib -h ${quoted} && (${copy} && (attrib +h ${quoted}& echo ${placed})))`;
  return `((${copy} && echo ${placed}) || ${hidden})`;
}
