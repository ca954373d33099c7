import type { Campaign, CampaignState } from './campaign.ts';

/**
 * Each life of a campaign's name has activations of its own: a job that the queue still holds from
 * an earlier life names an activation that no later life has, and a process does not mix up what it
 * remembers of two lives. No upgrade comes near this number of activations.
 */
const activationsPerLife = 1_000_000;

/** The activations of this life are above this number. */
export const activationBase = ({ life = 0 }: Pick<Campaign, 'life'>): number => life * activationsPerLife;

/** The life of the campaign that an activation belongs to. */
export const lifeOf = (activation: number): number => Math.floor(activation / activationsPerLife);

/** The status that stores keep and compare: a campaign that is being removed is in no other one. */
export const storedStatus = ({ state, removal }: Campaign): CampaignState['status'] | 'removing' =>
  removal === undefined ? state.status : 'removing';
