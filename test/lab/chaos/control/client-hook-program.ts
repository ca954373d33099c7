import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientHookMoment } from '../../../../shared/domain/rules/client-hooks.ts';
import { sideName } from '../campaign-file.ts';

/** One run of the program for a client, as the program itself has written it. */
export interface ClientHookMark {
  /** Real time at which the program ran. */
  readonly real: number;
  readonly campaign: string;
  readonly client: string;
  readonly attempt: number;
  readonly phase: ClientHookMoment;
  readonly run: number;
}

/** A run for a client, and the campaign that it is for. */
export type ClientHookCause = Pick<ClientHookMark, 'campaign' | 'client' | 'phase' | 'run'>;

export type ClientHookAnswer = 'go' | 'wait' | 'stop';

/**
 * The program of every hook of a client: writes what it was given into a file before anything else.
 * What it answers follows from the name of the client alone, as `answerFor` says. Its orchestrator
 * may die before it has written the input: then there is nothing to note.
 */
export const clientHookProgram = `#!/bin/sh
input=$(cat)
[ -n "$input" ] || exit 1
printf '{"real":%s,"input":%s}\\n' "$(date +%s%3N)" "$input" >> ../client-hook-marks
sleep 0.1
case "$input" in
  *'"campaign":"${sideName}"'*'"phase":"before"'*'7","host"'*) exit 1 ;;
  *'"campaign":"${sideName}"'*'"phase":"before"'*'3","host"'*'"run":1}'*) exit 75 ;;
  *'"campaign":"${sideName}"'*'"phase":"after"'*'15","host"'*) exit 1 ;;
  *'"campaign":"${sideName}"'*) exit 0 ;;
esac
exit 1
`;

/** In the side campaign the client decides; in all others the program says stop. */
export function answerFor({ campaign, client, phase, run }: ClientHookCause): ClientHookAnswer {
  if (campaign !== sideName) return 'stop';
  if (phase === 'after') return client.endsWith('15') ? 'stop' : 'go';
  if (client.endsWith('7')) return 'stop';
  return client.endsWith('3') && run === 1 ? 'wait' : 'go';
}

interface Input extends Omit<ClientHookMark, 'client' | 'real'> {
  readonly client: { readonly id: string };
}

export function readClientHookMarks(dataDir: string): readonly ClientHookMark[] {
  const file = join(dataDir, 'client-hook-marks');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { real, input } = JSON.parse(line) as { readonly real: number; readonly input: Input };
      const { campaign, attempt, phase, run } = input;
      return { real, campaign, client: input.client.id, attempt, phase, run };
    });
}
