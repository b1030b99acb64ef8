import type { Claim } from './claim.js';
import { computedClaims } from './computed.js';
import { drilledClaims } from './drilled.js';
import { measuredClaims } from './measured.js';

/** Every claim, in the order of the page. */
export const claims: readonly Claim[] = [...drilledClaims, ...measuredClaims, ...computedClaims];
