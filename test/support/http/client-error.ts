import { MastraClientError } from '@signet/client-js'

/** The error that a call of the client throws. @throws where it throws none, or another one */
export async function clientErrorOf(call: Promise<unknown>): Promise<MastraClientError> {
  try {
    await call
  } catch (error) {
    if (MastraClientError.isInstance(error)) return error
    throw error
  }
  throw new Error('The call was not refused.')
}
