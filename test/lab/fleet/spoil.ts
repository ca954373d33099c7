import { ok } from '../../../shared/errors.ts';
import type { GatewayResult } from '../../../shared/execution/gateway.ts';

/** Texts that a program of the client, or something on the way, might send instead of an answer. */
export const wrongWords = 'Access is denied. \u0000\uFFFD [Local] SetupPhase=';

const wrongFile = `${wrongWords}\r\n[Lo\u0000cal\r\nSetupPhase==\r\n[WorkstationStatus]\r\nFilesNotDownloaded\r\n`;

/** An answer in the right form, in which every text of a file or program is replaced. */
export function withWrongText(answer: GatewayResult<unknown>): GatewayResult<unknown> {
  if (!answer.ok || typeof answer.value !== 'object' || answer.value === null) return answer;
  const value = answer.value as Readonly<Record<string, unknown>>;
  if ('output' in value) return ok({ ...value, output: wrongWords });
  if (!('configuration' in value)) return answer;
  const transcript = value['transcript'] as { readonly at: number } | null;
  return ok({
    ...value,
    configuration: wrongFile,
    versionFile: wrongWords,
    transcript: transcript && { ...transcript, text: wrongWords },
  });
}
