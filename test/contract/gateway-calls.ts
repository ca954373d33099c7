import { expect } from 'vitest';
import type { Service } from '../../shared/domain/observation/observation.ts';
import type { ClientLook } from '../../shared/products/client-look.ts';
import type { Fence } from '../../shared/store/types.ts';
import type { Change, GatewayResult } from '../../shared/execution/gateway.ts';
import { type ContractClients, valueOf } from './contract-clients.ts';

export type GatewayCalls = ReturnType<typeof gatewayCalls>;

/**
 * The calls of the gateway contract, on the clients of the running test.
 *
 * @param lab the clients of the running test
 * @param deadlineMs a restart, the slowest call, must be over by then
 */
export function gatewayCalls(lab: () => ContractClients, deadlineMs: number) {
  /** Where a test copies the file of the service to. */
  const copy = (): string => `${lab().newDirectory}\\${lab().service.executable.split('\\').at(-1) ?? ''}`;
  const signal = (): AbortSignal => AbortSignal.timeout(deadlineMs);
  const by = (owner: string, counter = 0): Fence => ({ owner, counter: lab().fence + counter });
  const change = (changes: Partial<Change> = {}): Change => ({
    target: lab().target,
    fence: by('driver'),
    signal: signal(),
    ...changes,
  });
  const look = (target = lab().target): Promise<GatewayResult<ClientLook>> =>
    lab().gateway.look(
      target,
      {
        componentDirectory: lab().componentDirectory,
        files: [lab().file, 'NO.SUCH'],
        services: [lab().service.name],
        configurationFile: lab().methods.phase.file,
      },
      signal(),
    );
  const seen = async (): Promise<ClientLook> => valueOf(await look());
  const found = async (): Promise<Service | null> =>
    valueOf(await lab().gateway.readService(lab().target, lab().service.name, signal()));
  const service = async (): Promise<Service> => (await found()) ?? expect.fail('there is no such service');
  const hash = async (path: string): Promise<string | null> =>
    valueOf(await lab().gateway.hashFile(lab().target, path, signal()));
  const stop = (where = change()) => lab().gateway.stopService(where, lab().service.name);
  const start = (where = change()) => lab().gateway.startService(where, lab().service.name);

  /** Protects the new directory. Only these paths may be in it; null = any. */
  const protect = (allowed: readonly string[] | null) =>
    lab().gateway.protectDirectory(
      change(),
      lab().newDirectory,
      allowed?.map((path) => path.slice(lab().newDirectory.length + 1)) ?? null,
    );

  /** Orders a restart. The restart may cut its own answer; the next boot shows that it happened. */
  async function orderRestart(): Promise<void> {
    const answer = await lab().gateway.restart(change());
    expect(['taken', 'cutOff', 'timedOut']).toContain(answer.ok ? 'taken' : answer.error.kind);
  }

  async function afterRestart(before: ClientLook): Promise<ClientLook> {
    for (const end = Date.now() + deadlineMs; Date.now() < end; await lab().breathe()) {
      const now = await look();
      // An automatic service may start a moment after everything else.
      const isUp = now.ok && now.value.services.every(({ state }) => state === 'running');
      if (isUp && now.value.bootId !== before.bootId) return now.value;
    }
    throw new Error('the client did not come back in time');
  }
  return {
    lab,
    copy,
    signal,
    by,
    change,
    look,
    seen,
    found,
    service,
    hash,
    stop,
    start,
    protect,
    orderRestart,
    afterRestart,
  };
}
