import type {
  Intent,
  Observation,
  PreImage,
  Service,
} from '../../../shared/domain/observation/observation.ts';
import type { Journal, StepName } from '../../../shared/domain/remediation/procedure.ts';
import type { RestartCause } from '../../../shared/domain/upgrade/memory.ts';
import { anna, evening, hours, minutes, oldClient, pcmService, preImage, upToDate } from '../given.ts';

/** The traits of a machine; everything else follows from what is done to it. */
export interface Nature {
  readonly service: 'none' | 'automatic' | 'manual' | 'runsAfterRestartToo';
  /** Anna has a program of the product open while she is there. */
  readonly program: boolean;
  /** Steps that this machine always refuses. */
  readonly refuses: readonly StepName[];
  /**
   * From a restart order until it is down. Meanwhile it answers in the old boot, and takes no other
   * order.
   */
  readonly shutdownMs: number;
  /** Boots after a mark until no restart is pending. */
  readonly bootsNeeded: 1 | 2;
  /** `lost`: no restart order ever reaches it, and the sender does not learn that. */
  readonly restarts: 'well' | 'lost';
  /** After this time it is never reached again; null = it stays. */
  readonly goneAfterMs: number | null;
}

const startsAt = 8;
const leavesAt = 17;
const bootMs = minutes(4);
const sha256 = 'sha-pcm';

/**
 * A small model of a client: a machine with state that answers commands. Anna works from 8 to 17.
 * Her logon starts the update when the client is marked and has restarted since.
 */
export class ModelClient {
  readonly nature: Nature;
  readonly first: Service | null;
  service: Service | null;
  isNew = false;
  isMarked = false;
  marks = 0;
  intent: Intent | null = null;
  copied = false;
  /** Restarts by order, each with what had caused the order. */
  readonly restarts: string[] = [];
  #now = evening;
  #boot = 1;
  #markedInBoot = 0;
  #manuals = 0;
  #goesDown: { readonly at: number; readonly because: string } | null = null;
  #upAt: number | null = null;
  #anna = false;
  /** Image path of the service's process; null while it is stopped. */
  #runsFrom: string | null;

  constructor(nature: Nature) {
    this.nature = nature;
    const startType = nature.service === 'manual' ? 'manual' : 'automatic';
    this.first = nature.service === 'none' ? null : { ...pcmService, startType };
    this.service = this.first;
    this.#runsFrom = this.first?.imagePath ?? null;
  }

  get isUp(): boolean {
    const { goneAfterMs } = this.nature;
    return this.#upAt === null && (goneAfterMs === null || this.#now < evening + goneAfterMs);
  }

  /** Time goes on until `to`: restarts happen, Anna comes and goes. */
  pass(to: number): void {
    while (this.#now < to) {
      this.#now = Math.min(to, this.#nextChange());
      if (this.#goesDown !== null && this.#now >= this.#goesDown.at) this.#obey(this.#goesDown.because);
      if (this.#upAt !== null && this.#now >= this.#upAt) this.#comeUp();
      this.#people();
    }
  }

  #nextChange(): number {
    const hour = Math.floor(this.#now / hours(1)) * hours(1) + hours(1);
    return Math.min(hour, this.#goesDown?.at ?? hour, this.#upAt ?? hour);
  }

  #obey(because: string): void {
    this.restarts.push(because);
    this.restart();
  }

  /** The machine restarts, by an earlier order or by a person. */
  restart(): void {
    this.#goesDown = null;
    this.#upAt ??= this.#now + bootMs;
    this.#anna = false;
    this.#runsFrom = null;
    if (this.service !== null) this.service = { ...this.service, state: 'stopped', pid: null };
  }

  #comeUp(): void {
    this.#upAt = null;
    this.#boot += 1;
    if (this.service?.startType === 'automatic') this.#start();
  }

  #people(): void {
    const hour = (this.#now % hours(24)) / hours(1);
    const isThere = this.isUp && hour >= startsAt && hour < leavesAt;
    if (isThere && !this.#anna) this.#logon();
    this.#anna = isThere;
  }

  /** Load starts Smsrun32, which does not update files in use. */
  #logon(): void {
    const isBlocked = this.#runsFrom === preImage.from || this.nature.program;
    if (!this.isMarked || this.#boot === this.#markedInBoot || isBlocked) return;
    this.isNew = true;
    this.isMarked = false;
  }

  look(): Observation {
    const blocked = this.#runsFrom === preImage.from;
    return {
      ...oldClient,
      ...(this.isNew ? upToDate : {}),
      at: this.#now,
      bootId: `boot-${this.#boot}`,
      setupPhase: this.isMarked ? 'upgrade' : 'installed',
      processes: [
        ...(blocked ? [{ ...process, executable: 'PCMSVC32.EXE', pid: 88 }] : []),
        ...(this.#anna && this.nature.program ? [{ ...process, executable: 'PCMWIN32.EXE', pid: 120 }] : []),
      ],
      services: this.service === null ? [] : [this.service],
      users: this.#anna ? [anna] : [],
      load: this.#anna ? 'once' : 'nobodyLoggedOn',
      pendingRestart: this.#restartIsPending,
      intent: this.intent,
      // All other values are as in `oldClient`.
    };
  }

  mark(): void {
    this.isMarked = true;
    this.marks += 1;
    this.#markedInBoot = this.#boot;
  }

  update(): void {
    if (this.#runsFrom !== preImage.from && !(this.#anna && this.nature.program)) this.isNew = true;
  }

  /** Takes a restart order; false = it is going down already. */
  order(cause: RestartCause): boolean {
    if (this.#goesDown !== null) return false;
    if (cause === 'replacement') throw new Error('no file of this client is replaced at a restart');
    const which = { mark: this.marks, workaround: this.#manuals, pendingRestart: this.#boot }[cause];
    this.#goesDown = { at: this.#now + this.nature.shutdownMs, because: `${cause} ${which}` };
    return true;
  }

  get #restartIsPending(): boolean {
    const boots = this.#boot - this.#markedInBoot;
    return this.isMarked && boots > 0 && boots < this.nature.bootsNeeded;
  }

  /**
   * Runs a step as the worker does: it writes the intent, makes one change, and may be repeated.
   */
  step({ step, direction, procedure, preImage }: Journal): PreImage | 'refused' | 'done' {
    if (procedure === 'swap' || procedure === 'replaceAtRestart')
      throw new Error('no file of this client is brought by servpack');
    const [kind, known] = [procedure, preImage as PreImage | null];
    if (step === 'close') {
      this.intent = null;
      return 'done';
    }
    const before = step === 'record' || known === null ? this.#asNow() : known;
    this.intent = { kind, campaign: 'sp4', direction, step, preImage: before };
    if (this.nature.refuses.includes(step)) return 'refused';
    if (step === 'record' || known === null) return before;
    return this.#make(step, known) ? 'done' : 'refused';
  }

  #asNow(): PreImage {
    const service = this.service ?? pcmService;
    return { service, sha256, from: service.imagePath, to: preImage.to };
  }

  /** Runs the step; false = it can not be proved. */
  #make(step: StepName, before: PreImage): boolean {
    const { startType, state } = before.service;
    switch (step) {
      case 'stop':
        return this.#stop();
      case 'copy':
        return (this.copied = true);
      case 'protect':
        return true;
      case 'repoint':
        return this.#stop() && this.#set({ imagePath: before.to });
      case 'start':
      case 'startAgain':
        return state === 'stopped' || this.#start();
      case 'prove':
        return this.#is({ imagePath: before.to, startType, state });
      case 'setManual':
        this.#manuals += this.service?.startType === 'manual' ? 0 : 1;
        return this.#set({ startType: 'manual' });
      case 'pointBack':
        return this.#stop() && this.#set({ imagePath: before.from, startType });
      case 'removeCopy':
        this.copied = false;
        return true;
      case 'restoreStartType':
        return this.#set({ startType });
      default:
        throw new Error(`no step of this client is ${step}`);
    }
  }

  #is({ imagePath, startType, state }: Pick<Service, 'imagePath' | 'startType' | 'state'>): boolean {
    const { service } = this;
    return service?.imagePath === imagePath && service.startType === startType && service.state === state;
  }

  #set(changes: Partial<Service>): boolean {
    if (this.service !== null) this.service = { ...this.service, ...changes };
    return true;
  }

  #stop(): boolean {
    this.#runsFrom = null;
    return this.#set({ state: 'stopped', pid: null });
  }

  /**
   * Starts a process only when none runs, and only from an existing file: a running one keeps its
   * path.
   */
  #start(): boolean {
    if (this.service === null) return false;
    if (this.service.imagePath === preImage.to && !this.copied) return false;
    this.#runsFrom ??= this.service.imagePath;
    return this.#set({ state: 'running', pid: 88 });
  }

  /**
   * What is wrong with the service when nothing is open on the client; null = it is as before, or
   * wholly relocated.
   */
  whyNotWhole(): string | null {
    if (this.intent !== null) return 'an intent stands on the client';
    const { service, first } = this;
    if (service === null || first === null) return null;
    const isRelocated = service.imagePath === preImage.to;
    if (!isRelocated && service.imagePath !== first.imagePath) return `image path ${service.imagePath}`;
    if (service.startType !== first.startType) return `start type ${service.startType}`;
    if (isRelocated !== this.copied)
      return isRelocated ? 'it runs from a file that is not there' : 'a copy is left';
    if (first.startType !== 'automatic' || !this.isUp) return null;
    return this.#runsFrom === service.imagePath ? null : `it runs from ${this.#runsFrom ?? 'nowhere'}`;
  }
}

const process = {
  imagePath: preImage.from,
  session: 0,
  user: 'SYSTEM',
  startedAt: evening,
};
