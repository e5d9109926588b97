import { isJsonObject } from '@signet/auth/internal'
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { MemoryContent, MemoryPart } from './storage.js'

// What the provider of a model needs back with a part in later turns, such as the signature of what the model thought, or
// the encrypted thought itself. It stands in the part as `providerState`. It goes to the provider alone: nobody is
// shown it, and nobody but an answer writes it, because a provider mixes it into what it sends to the model.

const NAME = 'providerState'

/** The member of a stored part that holds what its provider needs back; none where that is nothing. */
export function keepProviderState(state: SharedV4ProviderOptions | undefined): {
  readonly providerState?: SharedV4ProviderOptions | undefined
} {
  return state === undefined ? {} : { [NAME]: state }
}

/** What a stored part has for its provider, as the member of a part of the model; none where that is nothing. */
export function recallProviderState(part: MemoryPart): {
  readonly providerOptions?: SharedV4ProviderOptions | undefined
} {
  const state = part[NAME]
  if (!isJsonObject(state)) return {}
  return { providerOptions: state as SharedV4ProviderOptions }
}

/** The content without what is for providers alone. */
export function hideProviderState<Content extends Pick<MemoryContent, 'parts'>>(
  content: Content,
): Content {
  if (!content.parts.some((part) => Object.hasOwn(part, NAME))) return content
  const parts = content.parts.map((part) => {
    const { [NAME]: _, ...shown } = part
    return shown
  })
  return { ...content, parts }
}
