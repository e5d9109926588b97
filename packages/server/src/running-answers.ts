import { AuthError, TokenError } from '@signet/auth'

/** An answer that is being made or sent. */
export interface RunningAnswer {
  /**
   * Whether its token is withdrawn by now.
   * @throws {AuthError} where that cannot be known
   */
  isRevoked(): boolean
  /** Ends it with this error. */
  breakOff(error: Error): void
}

/** The answers that run at this moment. */
export interface RunningAnswers {
  /** Returns what takes it off again, once it has ended. */
  add(answer: RunningAnswer): () => void
  /** Breaks off every answer whose token is withdrawn. To be called when something new is. */
  endRevoked(): void
}

function isWithdrawn(answer: RunningAnswer): boolean {
  try {
    return answer.isRevoked()
  } catch (error) {
    // What cannot be known just now ends no answer that had a good token when it began.
    if (AuthError.isInstance(error)) return false
    throw error
  }
}

/** Makes an empty list. */
export function createRunningAnswers(): RunningAnswers {
  const answers = new Set<RunningAnswer>()
  return {
    add(answer) {
      answers.add(answer)
      return () => answers.delete(answer)
    },
    endRevoked() {
      for (const answer of answers) {
        if (!isWithdrawn(answer)) continue
        answers.delete(answer)
        answer.breakOff(new TokenError('token_revoked', 'The token was withdrawn meanwhile.'))
      }
    },
  }
}
