import type { ClientLook } from '../../shared/products/client-look.ts';
import type { Fence } from '../../shared/store/types.ts';
import type { GatewayResult } from '../../shared/execution/gateway.ts';
import type { Request } from '../../shared/execution/simulated/wire.ts';
import { genericAgent } from '../../orchestrator/simulation/machines/agent.ts';
import { advance } from '../../orchestrator/simulation/machines/advance.ts';
import { perform } from '../../orchestrator/simulation/machines/call.ts';
import { createMachine } from '../../orchestrator/simulation/machines/create.ts';
import { contentOf, textContent } from '../../orchestrator/simulation/machines/disk.ts';
import { stagedRelease } from '../../orchestrator/simulation/machines/logon-server.ts';
import type { Machine, World } from '../../orchestrator/simulation/machines/machine.ts';
import { bin, pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';

/** Monday, before the users come to work, in UTC. All tests of the model begin at this time. */
export const mondayAtFive = Date.UTC(2026, 10, 23, 5);
export const hour = 3_600_000;
export const minute = 60_000;

export const release = stagedRelease(
  new Map([
    ['APPCTL32.EXE', contentOf('new APPCTL32')],
    ['PCMWIN32.EXE', contentOf('new PCMWIN32')],
    ['PCM32R.DLL', contentOf('new PCM32R')],
    ['CSDVER.SMS', textContent('Service Pack 3\r\n')],
  ]),
);

/** One machine of the lab, whose time the test sets, with everything that it sent. */
export class OneMachine {
  readonly machine: Machine;
  readonly checkIns: string[] = [];
  readonly #answers = new Map<number, GatewayResult<unknown>>();
  now = mondayAtFive;
  #calls = 0;

  constructor(trait: Trait, client = 'PC0001', zone = 'UTC') {
    const world: World = {
      seed: 'model',
      startedAt: mondayAtFive,
      traits: 'usual',
      agent: genericAgent,
      servers: new Map([['LS1', { name: 'LS1', release }]]),
      disks: new Map(),
      mornings: new Map(),
      keys: new Map(),
      texts: new Map(),
      shownFiles: new Map(),
      realNow: () => this.now,
      answered: (call, answer) => this.#answers.set(call, answer),
      checkIn: (_machine, transcript) => this.checkIns.push(transcript),
    };
    const role = trait === 'server' ? 'server' : 'workstation';
    this.machine = createMachine(world, { client, host: client, logonServer: 'LS1', zone, role }, trait);
    this.checkIns.length = 0;
  }

  /** Lets lab time pass until `at`. */
  until(at: number): this {
    this.now = at;
    advance(this.machine, at);
    return this;
  }

  pass(ms: number): this {
    return this.until(this.now + ms);
  }

  /** Begins a call and returns its number. `answer` returns its answer when there is one. */
  begin(op: Request['op'], body: object = {}, fence: Fence = { counter: 1, owner: 'driver' }): number {
    const call = ++this.#calls;
    const isReading = ['look', 'readService', 'hashFile', 'readIntent'].includes(op);
    const plain = { id: call, client: this.machine.row.client, host: this.machine.row.host, op, ...body };
    const request = (
      isReading ? { ...(op === 'readService' ? { keys: [] } : {}), ...plain } : { ...plain, fence }
    ) as Request;
    const outcome = perform(this.machine, call, request, this.now);
    if (outcome.kind === 'answer') this.#answers.set(call, outcome.answer);
    return call;
  }

  answer(call: number): GatewayResult<unknown> | undefined {
    return this.#answers.get(call);
  }

  /**
   * A call from beginning to end: as much lab time passes as the machine needs, a minute at most.
   */
  call(op: Request['op'], body: object = {}, fence?: Fence): GatewayResult<unknown> {
    const call = this.begin(op, body, fence);
    for (let seconds = 0; seconds < 60 && !this.#answers.has(call); seconds++) this.pass(1000);
    const answer = this.#answers.get(call);
    if (answer === undefined) throw new Error(`${op}: no answer within a minute`);
    return answer;
  }

  look(): ClientLook {
    const request = { componentDirectory: bin, files: [...release.files.keys()], services: [pcmService] };
    const answer = this.call('look', { request });
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as ClientLook;
  }

  /** How many of the release's files the client has. */
  filesOfRelease(): number {
    const { files } = this.look();
    return files.filter(({ name, sha256 }) => sha256 === release.files.get(name)?.sha256).length;
  }
}
