import type { Operations } from './operation.ts';
import { accessOperations } from './operations/access.ts';
import { campaignControlOperations } from './operations/campaign-control.ts';
import { campaignOperations } from './operations/campaigns.ts';
import { orchestratorOperations } from './operations/orchestrator.ts';
import { supplyOperations } from './operations/supply.ts';

/** Every route of the API. */
export const operations: Operations = {
  ...orchestratorOperations,
  ...campaignOperations,
  ...campaignControlOperations,
  ...supplyOperations,
  ...accessOperations,
};
