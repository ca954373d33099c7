import type { Config } from '../../shared/config.ts';
import type { Result } from '../../shared/errors.ts';
import type { CampaignPlan, InputFile } from '../campaigns/planning.ts';
import type { FleetImport } from '../fleet.ts';
import type { Refusal } from '../refusal.ts';

/** Work on a whole fleet, by name, and what comes of it. */
export interface Works {
  readonly importFleet: FleetImport;
  readonly planCampaign: CampaignPlan;
  readonly createCampaign: CampaignPlan;
}

export type WorkName = keyof Works;

/** Everything the thread needs: it opens a connection of its own. */
export interface Order {
  readonly config: Config;
  readonly work: WorkName;
  readonly who: string;
  readonly input: InputFile;
}

/** `away`: Redis did not answer, in the words of the store. */
export type Answer =
  | { readonly kind: 'done'; readonly result: Result<Works[WorkName], Refusal> }
  | { readonly kind: 'away'; readonly message: string };

/** Does the work beside the event loop. Rejects with `StoreAway` as the store does. */
export type Aside = <Name extends WorkName>(
  work: Name,
  who: string,
  input: InputFile,
) => Promise<Result<Works[Name], Refusal>>;
