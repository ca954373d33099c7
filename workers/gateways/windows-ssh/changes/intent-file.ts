import { createHash } from 'node:crypto';
import type { Intent } from '../../../../shared/domain/observation/observation.ts';
import type { Fence } from '../../../../shared/store/types.ts';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { beginsReinstall } from '../../../../shared/execution/intent.ts';
import { type ClientShell, failure } from '../connection/client.ts';
import { asciiJson, echoedAtMost } from '../connection/quote.ts';
import { hash } from './file-changes.ts';
import { intentFile, keptFile } from './guard.ts';
import { send, sendUntilSaid } from './send.ts';
import { staged } from './staging.ts';

const gone = 'servpack:gone';
const stored = 'servpack:stored';

/**
 * Stores the record of an open procedure. The record that stands there is the only copy of the
 * pre-image, so a new one takes its place in one move, and only when the new one is whole: a full
 * disk tears what is written to it.
 * @param intent null = removes the record
 */
export async function storeIntent(
  shell: ClientShell,
  fence: Fence,
  intent: Intent | null,
): Promise<GatewayResult<void>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const file = intentFile(root.value);
  if (intent === null)
    return sendUntilSaid(
      shell,
      fence,
      `(del /f /q "${file}" 2>nul)& (if not exist "${file}" echo ${gone})`,
      gone,
    );
  const json = asciiJson(intent);
  const forget = beginsReinstall(intent) ? `(del /f /q "${keptFile(root.value)}" 2>nul)& ` : '';
  return json.length <= echoedAtMost
    ? storeEchoed(shell, fence, { file, forget, json })
    : storeBrought(shell, fence, { file, forget, json });
}

interface Stored {
  readonly file: string;
  /** What the same line does before. */
  readonly forget: string;
  readonly json: string;
}

/** Moves a file of this size into its place. A shorter one is torn, and is removed. */
const placed = (from: string, bytes: number, to: string): string =>
  `(if exist "${from}" for %z in ("${from}") do @(if %~zz==${bytes} (move /y "${from}" "${to}" >nul 2>&1& if not exist "${from}" echo ${stored}) else (del /f /q "${from}" 2>nul)))`;

async function storeEchoed(
  shell: ClientShell,
  fence: Fence,
  { file, forget, json }: Stored,
): Promise<GatewayResult<void>> {
  const written = `(>"${file}.new" echo ${json})`;
  const lineEnd = 2;
  const sent = await send(
    shell,
    fence,
    `${forget}(del /f /q "${file}.new" 2>nul)& ${written}& ${placed(`${file}.new`, json.length + lineEnd, file)}`,
  );
  return sent.ok ? proveStored(file, sent.value.text) : sent;
}

/** A record of many files is longer than a line of cmd.exe: it comes as a file. */
async function storeBrought(
  shell: ClientShell,
  fence: Fence,
  { file, forget, json }: Stored,
): Promise<GatewayResult<void>> {
  const content = Buffer.from(`${json}\r\n`);
  return staged(shell, content, async (path) => {
    const there = await hash(shell, path);
    if (!there.ok) return there;
    if (there.value !== createHash('sha256').update(content).digest('hex')) return torn(file);
    const sent = await send(shell, fence, `${forget}${placed(path, content.length, file)}`);
    return sent.ok ? proveStored(file, sent.value.text) : sent;
  });
}

const proveStored = (file: string, text: string): GatewayResult<void> =>
  text.includes(stored) ? ok(undefined) : torn(file);

/** Nothing was done, and a way back needs the record, too: the step waits for room. */
const torn = (file: string): GatewayResult<never> =>
  failure(
    'unreachable',
    `the record of the procedure cannot be stored whole at ${file}, and is as it was: the disk is full or write-protected, or a program holds the file`,
  );
