import { segment } from '../client/path-segment.ts';

export const campaignPath = (name: string, what = ''): string => `/v1/campaigns/${segment(name)}${what}`;
