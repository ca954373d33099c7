import type { Config } from '../../shared/config.ts';
import type { SurveyStatus } from '../../shared/domain/survey/survey.ts';
import type { Result } from '../../shared/errors.ts';
import type { SurveyRequest } from '../http/schemas/surveys.ts';
import type { Refusal } from '../refusal.ts';
import type { CampaignPlan, FleetImport, InputFile } from './results.ts';

/** Work on a whole fleet, by name, and what comes of it. */
export interface Works {
  readonly importFleet: FleetImport;
  readonly planCampaign: CampaignPlan;
  readonly createCampaign: CampaignPlan;
  readonly createSurvey: SurveyStatus;
}

/** What each works on. */
export interface Inputs {
  readonly importFleet: InputFile;
  readonly planCampaign: InputFile;
  readonly createCampaign: InputFile;
  readonly createSurvey: SurveyRequest;
}

export type WorkName = keyof Works;

/** Everything the thread needs: it opens a connection of its own. */
export type Order = {
  readonly [Name in WorkName]: {
    readonly config: Config;
    readonly work: Name;
    readonly who: string;
    readonly input: Inputs[Name];
  };
}[WorkName];

/** `away`: Redis did not answer, in the words of the store. */
export type Answer =
  | { readonly kind: 'done'; readonly result: Result<Works[WorkName], Refusal> }
  | { readonly kind: 'away'; readonly message: string };

/** Does the work beside the event loop. Rejects with `StoreUnavailable` as the store does. */
export type Background = <Name extends WorkName>(
  work: Name,
  who: string,
  input: Inputs[Name],
) => Promise<Result<Works[Name], Refusal>>;
