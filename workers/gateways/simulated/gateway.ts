import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { err, ok } from '../../../shared/errors.ts';
import type { Gateway, GatewayResult } from '../../../shared/execution/gateway.ts';
import type { FleetAddress } from './connection.ts';
import { Connection } from './connection.ts';
import { modelGateway } from '../../../shared/execution/simulated/model-gateway.ts';
import { type Op, type ValueOf, valueSchemas } from '../../../shared/execution/simulated/wire.ts';

/** Real time; longer than any operation of a lab client takes. */
const usualDeadlineMs = 120_000;

export interface SimulatedGatewayOptions extends FleetAddress {
  /** Real milliseconds after which a call ends as `timedOut`. */
  readonly deadlineMs?: number;
}

/**
 * The gateway to the lab fleet: a socket client of the fleet process. It connects at the first
 * call, so calls to a fleet that does not run end as `unreachable`. No call is sent twice.
 */
export function connectSimulatedGateway({
  deadlineMs = usualDeadlineMs,
  ...address
}: SimulatedGatewayOptions): Gateway {
  const connection = new Connection({ host: '127.0.0.1', ...address }, deadlineMs);

  async function call<O extends Op>(
    op: O,
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<GatewayResult<ValueOf<O>>> {
    const answer = await connection.call({ op, ...body }, signal);
    return answer.ok ? understand(op, answer.value) : answer;
  }

  const { upload, ...calls } = modelGateway(call);
  return {
    ...calls,
    uploadFile: async (where, localPath, to) =>
      upload(where, (await readFile(localPath)).toString('base64'), to),
    close: () => connection.close(),
  };
}

/** Checks the value of an answer; `garbled` unless all of it is understood. */
function understand<O extends Op>(op: O, value: unknown): GatewayResult<ValueOf<O>> {
  const parsed = valueSchemas[op].safeParse(value);
  if (parsed.success) return ok(parsed.data as ValueOf<O>);
  return err({
    kind: 'garbled',
    message: `answer to ${op} not understood: ${z.prettifyError(parsed.error)}`,
  });
}
