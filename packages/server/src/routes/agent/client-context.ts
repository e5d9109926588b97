import { BOUNDS } from '@signet/core'
import type { z } from 'zod'
import { boundedObject } from '../../route/bounded.js'

/** What a client says beside its question, which reaches tools as `requestContext.client`. */
export const clientContext: z.ZodType<Readonly<Record<string, unknown>>> = boundedObject({
  values: BOUNDS.contextValues,
  depth: BOUNDS.contextDepth,
  characters: BOUNDS.contextCharacters,
})
