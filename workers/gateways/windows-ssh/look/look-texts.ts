import { ok } from '../../../../shared/errors.ts';
import type { ClientLook, LookRequest } from '../../../../shared/products/client-look.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { attempt, type ClientShell } from '../connection/client.ts';
import { decode } from '../connection/code-page.ts';
import { type FileTail, readTail } from '../connection/files.ts';
import type { Part } from '../connection/frame.ts';
import { isLong, isMissing } from './look-sections.ts';

/** The end of a log is enough; a transcript has some 300 characters. */
const tailBytesAtMost = 32 * 1024;

const tailOf = (shell: ClientShell, path: string): Promise<GatewayResult<FileTail | null>> =>
  attempt(`${path} could not be read`, () => readTail(shell.connection, path, tailBytesAtMost, shell.signal));

/**
 * The transcript with its time, which only SFTP knows; null where it does not exist, or its time is
 * not needed.
 */
export async function datedTranscript(
  shell: ClientShell,
  { transcriptFile, isTranscriptDated }: LookRequest,
): Promise<GatewayResult<FileTail | null>> {
  return transcriptFile === undefined || isTranscriptDated !== true
    ? ok(null)
    : tailOf(shell, transcriptFile);
}

/**
 * The transcript of a look; null where it does not exist.
 * @param dated the result of `datedTranscript`
 */
export async function transcriptIn(
  shell: ClientShell,
  { transcriptFile, isTranscriptDated }: LookRequest,
  parts: ReadonlyMap<string, Part>,
  dated: FileTail | null,
): Promise<GatewayResult<ClientLook['transcript']>> {
  if (isTranscriptDated === true)
    return ok(dated && { at: dated.at, text: decode(dated.bytes, shell.codePage) });
  const text = await shortText(shell, parts.get('transcript'), transcriptFile);
  if (!text.ok) return text;
  return ok(text.value === null ? null : { at: null, text: text.value });
}

/**
 * A text from its section, or over SFTP where it was too long or could not be printed; null where
 * it does not exist.
 */
export async function shortText(
  shell: ClientShell,
  part: Part | undefined,
  path: string | undefined,
): Promise<GatewayResult<string | null>> {
  if (path === undefined) return ok(null);
  const said = part?.text.trim();
  if (part?.exitCode === 0 && said !== isLong) return ok(said === isMissing ? null : part.text);
  const tail = await tailOf(shell, path);
  return tail.ok ? ok(tail.value && decode(tail.value.bytes, shell.codePage)) : tail;
}

/** Does the log say that a package runs? Its last line that is not empty is the present state. */
export function saysBusy({ busy }: LookRequest, log: string | null): boolean {
  if (busy === undefined || log === null) return false;
  const last = log.trimEnd().split(/\r?\n/).at(-1) ?? '';
  return last.toLowerCase().includes(busy.says.toLowerCase());
}
