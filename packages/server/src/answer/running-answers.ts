import { TokenError } from '@signet/auth'

/** An answer that is being made or sent. */
interface RunningAnswer {
  /** Whether its token is revoked by now. What cannot be known just now ends nothing. */
  isRevoked(): boolean
  /** Ends it with this error. */
  breakOff(error: Error): void
}

/** The answers that run at this moment. */
export interface RunningAnswers {
  /**
   * Adds an answer; one whose token was revoked since it was let in is broken off at once. Returns what
   * takes it off again, once it has ended.
   */
  add(answer: RunningAnswer): () => void
  /** Breaks off every answer whose token is revoked. To be called when something new is. */
  endRevoked(): void
}

/** Makes an empty list. */
export function createRunningAnswers(): RunningAnswers {
  const answers = new Set<RunningAnswer>()

  function endIfRevoked(answer: RunningAnswer): void {
    if (!answer.isRevoked()) return
    answers.delete(answer)
    answer.breakOff(new TokenError('token_revoked', 'The token was revoked while the answer ran.'))
  }

  return {
    add(answer) {
      answers.add(answer)
      endIfRevoked(answer)
      return () => answers.delete(answer)
    },
    endRevoked() {
      for (const answer of answers) endIfRevoked(answer)
    },
  }
}
