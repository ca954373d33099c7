import type { Intent, Observation, Service, SwapPreImage } from '../../../shared/domain/observation.ts';
import type { Journal, StepName } from '../../../shared/domain/procedure.ts';
import { agentClient, agentService, evening, minutes, oldClient, swapPreImage } from '../given.ts';
import type { ModelMachine } from './driver.ts';

/** What sort of machine it is, where files are brought to it and a service of its own runs from them. */
export interface AgentNature {
  readonly service: 'none' | 'running' | 'stopped';
  /** Steps that this machine refuses, however often it is asked. */
  readonly refuses: readonly StepName[];
  /** The service does not run from the files of the release. */
  readonly breaks: boolean;
  readonly goneAfterMs: number | null;
}

const bootMs = minutes(4);
const { files } = swapPreImage;
type Hashes = Readonly<Record<string, string>>;
const before: Hashes = Object.fromEntries(files.map((file) => [file.name, file.before]));
const after: Hashes = Object.fromEntries(files.map((file) => [file.name, file.after]));

/** A machine with an agent whose files servpack swaps: what is on its disk, and what its service has been started from. */
export class ModelAgent implements ModelMachine {
  readonly nature: AgentNature & { readonly restarts: 'well' };
  service: Service | null;
  isMarked = false;
  intent: Intent | null = null;
  #now = evening;
  #boot = 1;
  #upAt: number | null = null;
  #installed: Hashes = before;
  #staged: Hashes = {};
  #kept: Hashes = {};

  constructor(nature: AgentNature) {
    this.nature = { ...nature, restarts: 'well' };
    const state = nature.service === 'running' ? 'running' : 'stopped';
    const startType = state === 'running' ? 'automatic' : 'manual';
    const pid = state === 'running' ? agentService.pid : null;
    this.service = nature.service === 'none' ? null : { ...agentService, state, startType, pid };
  }

  get isUp(): boolean {
    const { goneAfterMs } = this.nature;
    return this.#upAt === null && (goneAfterMs === null || this.#now < evening + goneAfterMs);
  }

  get isNew(): boolean {
    return isSame(this.#installed, after);
  }

  pass(to: number): void {
    this.#now = Math.max(this.#now, to);
    if (this.#upAt === null || this.#now < this.#upAt) return;
    this.#upAt = null;
    this.#boot += 1;
    // It comes up whatever lies there, also in the middle of a swap.
    if (this.service?.startType === 'automatic') this.#start();
  }

  restart(): void {
    this.#upAt ??= this.#now + bootMs;
    this.#stop();
  }

  look(): Observation {
    const runs = this.service?.state === 'running';
    return {
      ...oldClient,
      ...agentClient,
      at: this.#now,
      bootId: `boot-${this.#boot}`,
      files: Object.fromEntries(
        files.map(({ name }): [string, { sha256: string }] => [
          name,
          { sha256: this.#installed[name] ?? '' },
        ]),
      ),
      services: this.service === null ? [] : [this.service],
      processes: runs ? (agentClient.processes ?? []) : [],
      locked: runs ? (agentClient.locked ?? []) : [],
      intent: this.intent,
    };
  }

  mark(): void {
    throw new Error('nothing is marked by this route');
  }

  update(): void {
    throw new Error('nothing is run by this route');
  }

  order(): never {
    throw new Error('nothing is restarted by this route');
  }

  step({ step, direction, procedure, preImage }: Journal): SwapPreImage | 'refused' | 'done' | 'overtaken' {
    if (procedure !== 'swap') throw new Error(`no ${procedure} belongs on this client`);
    if (step === 'close') {
      this.intent = null;
      return 'done';
    }
    if ((step === 'record' || preImage === null) && this.isNew) return 'overtaken';
    const known = step === 'record' || preImage === null ? this.#asNow() : preImage;
    this.intent = { kind: 'swap', campaign: 'sp4', direction, step, preImage: known };
    if (this.nature.refuses.includes(step)) {
      // Half of them are in their place when the client says no.
      if (step === 'place') this.#install(hashesOf({ ...known, files: known.files.slice(0, 1) }, 'after'));
      return 'refused';
    }
    if (step === 'record' || preImage === null) return known;
    return this.#make(step, known) ? 'done' : 'refused';
  }

  #asNow(): SwapPreImage {
    const changed = files.filter(({ name, after: wanted }) => this.#installed[name] !== wanted);
    return {
      ...swapPreImage,
      service: this.service,
      files: changed.map((file) => ({ ...file, before: this.#installed[file.name] ?? null })),
    };
  }

  /** False when the step can not be proved. */
  #make(step: StepName, known: SwapPreImage): boolean {
    const ran = known.service?.state === 'running';
    const [old, fresh] = [hashesOf(known, 'before'), hashesOf(known, 'after')];
    switch (step) {
      case 'stage':
        this.#staged = fresh;
        return true;
      case 'stop':
        return this.#stop();
      case 'backup':
        this.#kept = pick(this.#installed, known);
        return isSame(this.#kept, old);
      case 'place':
        return this.#stop() && isSame(this.#staged, fresh) && this.#install(fresh);
      case 'start':
      case 'startAgain':
        return !ran || this.#start();
      case 'prove':
        return isSame(pick(this.#installed, known), fresh) && (!ran || this.service?.state === 'running');
      case 'restoreFiles':
        return this.#stop() && this.#restore(known, old);
      case 'removeStaged':
        [this.#staged, this.#kept] = [{}, {}];
        return true;
      default:
        throw new Error(`no step of this client is ${step}`);
    }
  }

  #restore(known: SwapPreImage, old: Hashes): boolean {
    if (isSame(pick(this.#installed, known), old)) return true;
    return isSame(this.#kept, old) && this.#install(old);
  }

  #install(hashes: Hashes): boolean {
    this.#installed = { ...this.#installed, ...hashes };
    return true;
  }

  #stop(): boolean {
    if (this.service !== null) this.service = { ...this.service, state: 'stopped', pid: null };
    return true;
  }

  #start(): boolean {
    const runs = !this.nature.breaks || isSame(this.#installed, before);
    if (this.service !== null && runs) this.service = { ...this.service, state: 'running', pid: 204 };
    return runs;
  }

  /** What is wrong when nothing is open any more: null = the files are all old or all new, and the service is as it was. */
  whyNotWhole(): string | null {
    if (this.intent !== null) return 'an intent stands on the client';
    if (!this.isNew && !isSame(this.#installed, before)) return `files ${JSON.stringify(this.#installed)}`;
    if (Object.keys({ ...this.#staged, ...this.#kept }).length > 0) return 'something is left in a folder';
    const runs = this.service?.state === 'running';
    if (!this.isUp || runs === (this.nature.service === 'running')) return null;
    return `its service is ${this.service?.state}`;
  }
}

const hashesOf = ({ files: swapped }: SwapPreImage, when: 'before' | 'after'): Hashes =>
  Object.fromEntries(swapped.map((file) => [file.name, file[when] ?? '']));

const pick = (hashes: Hashes, { files: swapped }: SwapPreImage): Hashes =>
  Object.fromEntries(swapped.map(({ name }) => [name, hashes[name] ?? '']));

const isSame = (one: Hashes, other: Hashes): boolean =>
  Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);
