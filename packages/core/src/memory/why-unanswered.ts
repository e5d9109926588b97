/**
 * Why a question has no answer: the answer failed, or it was stopped by its caller, left by its client, or cut by the
 * server.
 */
export type Unanswered = 'failed' | 'stopped'
