/** A method that routes have. HEAD is answered like GET, without the body. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The methods that routes have, in the order in which texts and headers list them. */
export const HTTP_METHODS: readonly HttpMethod[] = Object.freeze([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
] as const)
