import type { QueueName } from '../domain/upgrade/placement.ts';
import type { LookKey } from '../store/survey-store.ts';
import type { Activation, UpgradeKey } from '../store/types.ts';

/**
 * A job carries no data: its id names the activation, the record is the truth, and a queue may hold
 * a million jobs.
 */
export type JobData = Readonly<Record<string, never>>;

export const queueNames: readonly QueueName[] = ['upgrades', 'remediations'];

/**
 * Looks of surveys have a queue of their own, so that no look stands before the work of a campaign.
 */
export const looksQueue = 'looks';

/** BullMQ's key prefix for a shard; the braces keep a shard's keys in one Cluster slot. */
export const queuePrefix = (prefix: string, shard: number): string => `{${prefix}:${shard}}:q`;

/**
 * `campaign.client.N`: names of campaigns and clients hold no dots, so the parts can be told apart.
 */
export const jobId = ({ key, activation }: Activation): string =>
  `${key.campaign}.${key.client}.${activation}`;

/** The activation that a job id names; its number is NaN when the id is not one of `jobId`. */
export function activationIn(id: string): { readonly key: UpgradeKey; readonly activation: number } {
  const [campaign = '', client = '', activation] = id.split('.');
  return { key: { campaign, client }, activation: Number(activation ?? NaN) };
}

/** `survey.name`, the name escaped: a host may hold colons, which BullMQ refuses in an id. */
export const lookJobId = ({ survey, name }: LookKey): string => `${survey}.${encodeURIComponent(name)}`;

/** The look that a job of this shard's queue is for. */
export function lookIn(id: string, shard: number): LookKey {
  const dot = id.indexOf('.');
  return { survey: id.slice(0, dot), name: decodeURIComponent(id.slice(dot + 1)), shard };
}
