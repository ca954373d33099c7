import type { Client } from '../../shared/domain/campaign/definition.ts';
import { err, ok } from '../../shared/errors.ts';
import type { CommandContext, KeepEvidence } from '../../shared/execution/command-context.ts';
import { execute } from '../../shared/execution/execute.ts';
import { type Gateway, type GatewayResult, targetOf } from '../../shared/execution/gateway.ts';
import { modelGateway } from '../../shared/execution/simulated/model-gateway.ts';
import type { Op, Request, ValueOf } from '../../shared/execution/simulated/wire.ts';
import { lookRequest, seenIn } from '../../shared/execution/observation/observe-client.ts';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import type { ReleaseFiles } from '../../shared/domain/rules/policy.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { ClientLook, LookRequest } from '../../shared/products/client-look.ts';
import type { Profile } from '../../shared/products/profile.ts';
import type { Answer, ClientModel, Order } from './client-model.ts';
import { advance, nextAt } from './machines/advance.ts';
import type { Agent } from './machines/agent.ts';
import { knowsState, perform } from './machines/call.ts';
import { createMachine } from './machines/create.ts';
import { checksInAtEarliest } from './machines/earliest-check-in.ts';
import type { LogonServer, StagedRelease } from './machines/logon-server.ts';
import { isPackageRunning, type Machine, type World } from './machines/machine.ts';
import type { DailyHabits } from './machines/timetable.ts';
import type { Trait, TraitSet } from './machines/traits.ts';
import { rememberingParsers } from './remembering-parsers.ts';

export interface MachineClientsSetup {
  readonly seed: string;
  readonly traits: TraitSet;
  readonly agent: Agent;
  /** When the machines are switched on: policy time. */
  readonly startedAt: number;
  readonly release: StagedRelease;
  readonly profile: Profile;
  readonly logonServers: readonly string[];
  /** How long one call to a client takes. */
  readonly callMs: number;
  /** Do logon scripts report to servpack? */
  readonly checksIn: boolean;
  /** Left out = users come and go at other times each day, and computers stay on. */
  readonly habits?: DailyHabits;
  /** The trait of a client; left out = drawn from the seed. */
  readonly traitOf?: (client: Client) => Trait | undefined;
  /** Keeps the raw text of a look; left out = none is kept. */
  readonly keepEvidence?: KeepEvidence;
}

interface SimulatedClient {
  readonly machine: Machine;
  /** What the last look found, while nothing has happened on the machine since; else null. */
  seen: Seen | null;
}

interface Seen {
  readonly request: LookRequest;
  readonly at: number;
  readonly observation: Observation;
}

/** A call that a machine does not answer for so long has timed out. */
const answersWithinMs = 3_600_000;

const none: readonly number[] = [];

/** Without another wish no text of evidence is kept. */
const noEvidence = { sha256: '', text: '' };

/**
 * The clients of a simulation as models of machines. Commands run as workers run them, over a
 * gateway that is a call of the model. Each machine is created and advanced only when somebody asks
 * about it.
 */
export class MachineClients implements ClientModel {
  readonly #setup: MachineClientsSetup;
  readonly #world: World;
  readonly #clients = new Map<string, SimulatedClient>();
  readonly #answers = new Map<number, GatewayResult<unknown>>();
  readonly #files: ReadonlyMap<string, string>;
  readonly #signal = new AbortController().signal;
  readonly #gateway: Gateway;
  readonly #reading: Pick<CommandContext, 'keepEvidence' | 'parsers'>;
  readonly #lookRequests = new WeakMap<ReleaseFiles, LookRequest>();
  #checkIns: number[] = [];
  #calls = 0;
  /** The machine of the running command, and its time. */
  #machine: Machine | null = null;
  #now = 0;

  constructor(setup: MachineClientsSetup) {
    this.#setup = setup;
    this.#reading = {
      keepEvidence: setup.keepEvidence ?? (() => noEvidence),
      parsers: rememberingParsers(setup.profile),
    };
    const { seed, startedAt, traits, agent, release } = setup;
    this.#world = {
      seed,
      startedAt,
      traits,
      agent,
      servers: new Map(setup.logonServers.map((name): [string, LogonServer] => [name, { name, release }])),
      disks: new Map(),
      mornings: new Map(),
      ...(setup.habits === undefined ? {} : { habits: setup.habits }),
      keys: new Map(),
      texts: new Map(),
      shownFiles: new Map(),
      realNow: () => this.#now,
      answered: (call, answer) => this.#answers.set(call, answer),
      checkIn: (machine) => {
        const at = machine.transcript?.at ?? 0;
        if (setup.checksIn && at >= startedAt) this.#checkIns.push(at);
      },
    };
    this.#files = new Map(
      [...release.files].map(([name, { text }]) => [
        name.toLowerCase(),
        Buffer.from(text ?? '').toString('base64'),
      ]),
    );
    const { upload, ...calls } = modelGateway((op, body) => this.#call(op, body));
    this.#gateway = {
      ...calls,
      uploadFile: (where, name, to) => upload(where, this.#files.get(name) ?? '', to),
      close: async () => undefined,
    };
  }

  run(order: Order): Promise<Answer> | Answer {
    const { client, command, at } = order;
    const simulated = this.#clientOf(client);
    this.#now = at;
    // Nobody waited for what the client reported before: it was not at rest.
    letPass(simulated, at);
    this.#checkIns = [];
    if (command.type === 'LookAtClient') return this.#look(simulated, order);
    this.#machine = simulated.machine;
    simulated.seen = null;
    return this.#execute(order);
  }

  /** Most commands are looks, and a machine answers a look at once: nothing waits for a promise. */
  #look(simulated: SimulatedClient, { client, rules }: Order): Answer {
    this.#now += this.#setup.callMs;
    letPass(simulated, this.#now);
    const request = this.#lookRequestOf(rules.files);
    const event = this.#seenAgain(simulated, request) ?? this.#seenFirst(simulated, client, request);
    return { event, at: this.#now, checkIns: this.#takeCheckIns() };
  }

  #seenFirst(simulated: SimulatedClient, client: Client, lookAt: LookRequest): UpgradeEvent {
    const request = { id: ++this.#calls, op: 'look', ...targetOf(client), request: lookAt } as const;
    const outcome = perform(simulated.machine, request.id, request, this.#now);
    if (outcome.kind !== 'answer') throw new Error('a look waits for nothing');
    const answer = outcome.answer as GatewayResult<ClientLook>;
    if (!answer.ok) return { type: 'LookFailed', failure: answer.error };
    const { observation } = seenIn(answer.value, this.#setup.profile, client, this.#reading);
    // Somebody who keeps the texts of looks wants that of each.
    if (this.#setup.keepEvidence === undefined)
      simulated.seen = { request: lookAt, at: this.#now, observation };
    return { type: 'ClientObserved', observation };
  }

  /** Two of three looks find what the look before has found; null = this one may find more. */
  #seenAgain({ machine, seen }: SimulatedClient, lookAt: LookRequest): UpgradeEvent | null {
    if (seen?.request !== lookAt) return null;
    const { observation } = seen;
    if (isPackageRunning(machine, this.#now) !== observation.packageRunning) return null;
    knowsState(machine, ++this.#calls);
    const at = observation.at + this.#now - seen.at;
    return { type: 'ClientObserved', observation: { ...observation, at } };
  }

  async #execute({ client, rules, command, driver, mayHaveBegun }: Order): Promise<Answer> {
    const context: CommandContext = {
      client,
      rules,
      profile: this.#setup.profile,
      gateway: this.#gateway,
      change: {
        target: targetOf(client),
        fence: { counter: driver, owner: 'simulation' },
        signal: this.#signal,
      },
      clock: this.#clock,
      releaseFolder: { pathOf: async (name) => ok(name) },
      timing: this.#timing,
      ...this.#reading,
    };
    const { event } = await execute(context, command, mayHaveBegun);
    return { event, at: this.#now, checkIns: this.#takeCheckIns() };
  }

  /** What looks ask for: one object for all looks of a release, so that answers are shared. */
  #lookRequestOf(files: ReleaseFiles): LookRequest {
    const known = this.#lookRequests.get(files);
    if (known !== undefined) return known;
    const request = lookRequest(this.#setup.profile, Object.keys(files));
    this.#lookRequests.set(files, request);
    return request;
  }

  nextMoment(client: Client): number {
    return checksInAtEarliest(this.#clientOf(client).machine);
  }

  live(client: Client, until: number): readonly number[] {
    letPass(this.#clientOf(client), until);
    return this.#takeCheckIns();
  }

  #takeCheckIns(): readonly number[] {
    if (this.#checkIns.length === 0) return none;
    const found = this.#checkIns;
    this.#checkIns = [];
    return found;
  }

  forget(client: Client): void {
    this.#clients.delete(client.client);
  }

  /** How many machines are kept now. */
  get size(): number {
    return this.#clients.size;
  }

  readonly #clock = {
    now: (): number => this.#now,
    realNow: (): number => this.#now,
    realDelay: (at: number): number => Math.max(0, at - this.#now),
    policySpan: (realMs: number): number => realMs,
  };

  readonly #timing = {
    realNow: (): number => this.#now,
    pause: async (ms: number): Promise<boolean> => {
      this.#now += ms;
      return true;
    },
  };

  #clientOf(client: Client): SimulatedClient {
    const known = this.#clients.get(client.client);
    if (known !== undefined) return known;
    const trait = this.#setup.traitOf?.(client);
    const machine =
      trait === undefined ? createMachine(this.#world, client) : createMachine(this.#world, client, trait);
    const simulated = { machine, seen: null };
    this.#clients.set(client.client, simulated);
    return simulated;
  }

  /** One call on the machine of the running command. It ends when the machine answers. */
  async #call<O extends Op>(
    op: O,
    body: Readonly<Record<string, unknown>>,
  ): Promise<GatewayResult<ValueOf<O>>> {
    const machine = this.#machine;
    if (machine === null) throw new Error('no command runs');
    const call = ++this.#calls;
    this.#now += this.#setup.callMs;
    const outcome = perform(machine, call, { ...body, id: call, op } as Request, this.#now);
    const answer = outcome.kind === 'answer' ? outcome.answer : this.#awaitAnswer(machine, call);
    return answer as GatewayResult<ValueOf<O>>;
  }

  #awaitAnswer(machine: Machine, call: number): GatewayResult<unknown> {
    const giveUpAt = this.#now + answersWithinMs;
    for (;;) {
      const answer = this.#answers.get(call);
      if (answer !== undefined) {
        this.#answers.delete(call);
        return answer;
      }
      const next = nextAt(machine);
      if (next > giveUpAt) return err({ kind: 'timedOut', message: 'no answer in an hour' });
      this.#now = Math.max(this.#now, next);
      advance(machine, this.#now);
    }
  }
}

/** Lets a client live until a time. */
function letPass(simulated: SimulatedClient, until: number): void {
  if (nextAt(simulated.machine) > until) return;
  simulated.seen = null;
  advance(simulated.machine, until);
}
