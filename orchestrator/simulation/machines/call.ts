import type { Service } from '../../../shared/domain/observation/observation.ts';
import type { ChangeRequest, Request } from '../../../shared/execution/simulated/wire.ts';
import { advance } from './advance.ts';
import { change } from './changes.ts';
import { beginChange, endChange, guard, isChange } from './fence.ts';
import { hash, look, readIntent } from './look.ts';
import type { Machine } from './machine.ts';
import { done, type Outcome, refusal } from './outcome.ts';
import { findService, showService } from './service-control.ts';

/**
 * One call on one machine at the time `now`. `call` identifies it until it is answered. An accepted
 * change is under way until then.
 */
export function perform(machine: Machine, call: number, request: Request, now: number): Outcome {
  advance(machine, now);
  if (machine.power === 'off') return { kind: 'answer', answer: unreachable(request.host) };
  if (!isChange(request)) return read(machine, call, request, now);
  const stale = guard(machine, request);
  if (stale !== null) return { kind: 'answer', answer: stale };
  beginChange(machine, call, request, now);
  if (request.op === 'takeOver') knowsState(machine, call);
  const outcome = change(machine, request, now);
  if (outcome.kind === 'waits') return wait(machine, call, outcome);
  endChange(machine, call);
  return outcome;
}

export const unreachable = (host: string) =>
  refusal('unreachable', `error 53: ${host} was not found on the network`);

function wait(machine: Machine, call: number, outcome: Extract<Outcome, { kind: 'waits' }>): Outcome {
  machine.waiting = [...machine.waiting, { call, until: outcome.until, name: outcome.name }];
  return outcome;
}

/** A look without the key of the services sees only their own values. */
function keptOf(shown: Service, keys: readonly string[]): Service {
  if (shown.kept === undefined) return shown;
  const { kept, ...service } = shown;
  const asked = keys.map((key) => `${key.replace(/^HKLM\\/i, 'HKEY_LOCAL_MACHINE\\').toLowerCase()}\\`);
  const seen = Object.entries(kept).filter(
    ([name]) => !name.includes('\\') || asked.some((key) => name.startsWith(key)),
  );
  return seen.length === 0 ? service : { ...service, kept: Object.fromEntries(seen) };
}

/** A driver that reads knows the present state again. */
export function knowsState(machine: Machine, call: number): void {
  machine.unanswered = null;
  machine.lastRead = call;
}

function read(
  machine: Machine,
  call: number,
  request: Exclude<Request, ChangeRequest>,
  now: number,
): Outcome {
  knowsState(machine, call);
  switch (request.op) {
    case 'look':
      return done(look(machine, request.request, now));
    case 'readService': {
      const service = findService(machine, request.name);
      return service === undefined ? done(null) : done(keptOf(showService(machine, service), request.keys));
    }
    case 'hashFile':
      return done(hash(machine, request.path));
    // The driver of the model logs in with an account that no share knows.
    case 'canReadShare':
      return done(false);
    case 'readIntent':
      return done(readIntent(machine));
  }
}
