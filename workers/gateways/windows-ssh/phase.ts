import { ok } from '../../../shared/errors.ts';
import type { CommandOutput, Fence, GatewayResult, MarkMethod, Phase, UpdateRun } from '../gateway.ts';
import { send } from './change.ts';
import { attempt, type ClientShell, failure, refused } from './client.ts';
import { staged } from './file-changes.ts';
import { readTail } from './files.ts';
import { iniValue, withIniValue } from './ini-line.ts';
import { quotePath } from './quote.ts';

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
  if (how.kind === 'command') return output(await send(shell, fence, `${how.command} 2>&1`));
  return withPhase(shell, how.phase, how.phase.marked, async (placing) =>
    afterPlacing(await send(shell, fence, placing)),
  );
}

/** Only our own mark is taken back: a client that is doing something else by now is left at it. */
export async function unmark(
  shell: ClientShell,
  fence: Fence,
  phase: Phase,
): Promise<GatewayResult<CommandOutput>> {
  return withPhase(
    shell,
    phase,
    phase.unmarked,
    async (placing) => afterPlacing(await send(shell, fence, placing)),
    (value) => value?.toLowerCase() === phase.marked.toLowerCase(),
  );
}

/** The mark and the run are one line, so nothing comes between them; the transcript comes with the answer. */
export async function runUpdate(
  shell: ClientShell,
  fence: Fence,
  { mark: how, command, transcriptFile }: UpdateRun,
): Promise<GatewayResult<CommandOutput>> {
  const transcript = transcriptFile === null ? ok('""') : refused(quotePath(transcriptFile));
  if (!transcript.ok) return transcript;
  const told =
    transcriptFile === null ? '' : `& (if exist ${transcript.value} type ${transcript.value} 2>&1)`;
  const run = `(${command} 2>&1)& call echo ${ranTo} %^ERRORLEVEL%${told}`;
  const start = async (before: string): Promise<GatewayResult<CommandOutput>> => {
    const sent = await send(shell, fence, `${before}${run}`);
    if (!sent.ok) return sent;
    const { text } = sent.value;
    if (how?.kind === 'configuration' && !text.includes(placed)) return afterPlacing(sent);
    const code = new RegExp(`${ranTo} (-?\\d+)`).exec(text)?.[1];
    return code === undefined
      ? failure('failed', text.trim().slice(0, 300))
      : ok({ exitCode: Number(code), output: text });
  };
  if (how === null) return start('');
  if (how.kind === 'command') return start(`(${how.command} 2>&1)& `);
  return withPhase(shell, how.phase, how.phase.marked, (placing) => start(`${placing}& `));
}

const output = (sent: Awaited<ReturnType<typeof send>>): GatewayResult<CommandOutput> =>
  sent.ok ? ok({ exitCode: sent.value.exitCode ?? -1, output: sent.value.text }) : sent;

function afterPlacing(sent: Awaited<ReturnType<typeof send>>): GatewayResult<CommandOutput> {
  if (!sent.ok) return sent;
  const { text } = sent.value;
  if (text.includes(placed)) return ok({ exitCode: 0, output: text });
  return text.includes(changedMeanwhile)
    ? failure('failed', 'the configuration file was changed by somebody else meanwhile')
    : failure('failed', `the configuration file can not be written: ${text.trim().slice(0, 300)}`);
}

/**
 * The commands that put the changed configuration file into its place, while it is staged. Its bytes are read, one value is changed, and the line that places
 * it checks in the same breath that the file still has the size and the phase that were read.
 */
async function withPhase<T>(
  shell: ClientShell,
  phase: Phase,
  value: string,
  place: (commands: string) => Promise<GatewayResult<T>>,
  isToChange: (value: string | null) => boolean = () => true,
): Promise<GatewayResult<T>> {
  const { file, key } = phase;
  const quoted = refused(quotePath(file));
  if (!quoted.ok) return quoted;
  const found = await attempt(`${file} could not be read`, () =>
    readTail(shell.connection, file, configurationBytesAtMost),
  );
  if (!found.ok) return found;
  if (found.value === null) return failure('failed', `there is no ${file}`);
  const { bytes } = found.value;
  const before = iniValue(bytes, phase);
  if (before?.toLowerCase() === value.toLowerCase() || !isToChange(before)) return place(`echo ${placed}`);
  const next = refused(withIniValue(bytes, { ...phase, value }));
  if (!next.ok) return next;
  if (before !== null && !/^[\w .-]*$/.test(before))
    return failure('failed', `${key} is ${JSON.stringify(before)}`);
  const still = before === null ? '' : `findstr /i /l /c:"${key}=${before}" ${quoted.value} >nul 2>&1 && `;
  return staged(shell, next.value, (path) => {
    const copy = `copy /y /b "${path}" ${quoted.value} >nul 2>&1`;
    // cmd.exe writes over no hidden file, and this one often is.
    const hidden = `(dir /b /ah ${quoted.value} >nul 2>&1 && attrib -h ${quoted.value} && (${copy} && (attrib +h ${quoted.value}& echo ${placed})))`;
    const write = `((${copy} && echo ${placed}) || ${hidden})`;
    return place(
      `(for %z in (${quoted.value}) do @(if not "%~zz"=="${bytes.length}" (echo ${changedMeanwhile}) else (${still}${write})))`,
    );
  });
}
