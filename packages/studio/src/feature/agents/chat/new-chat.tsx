import type { AgentDetails } from '@signet/client-js'
import { useMastraClient } from '@signet/client-js/react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Refusal } from '../../../ui/refusal.js'
import { Composer } from './composer.js'
import { placeOf } from './drafts.js'
import { Greeting } from './greeting.js'
import { leaveQuestion, titleOf } from './opening-question.js'

/** A chat before its first question. The first question creates the thread. */
export function NewChat({
  agentId,
  agent,
}: {
  readonly agentId: string
  readonly agent: AgentDetails | undefined
}) {
  const client = useMastraClient()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const begin = useMutation({
    mutationFn: async (question: string) => {
      const title = titleOf(question)
      return { question, thread: await client.createMemoryThread({ agentId, title }) }
    },
    async onSuccess({ question, thread }) {
      leaveQuestion(thread.id, question)
      void queryClient.invalidateQueries({ queryKey: ['threads'] })
      await navigate({
        to: '/agents/$agentId',
        params: { agentId },
        search: { thread: thread.id },
        replace: true,
      })
    },
  })
  return (
    <div className="flex h-full flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Greeting agentId={agentId} agent={agent} />
      </div>
      {begin.error !== null && (
        <div className="mx-auto w-full max-w-3xl px-3 pb-3 sm:px-6">
          <Refusal error={begin.error} />
        </div>
      )}
      <Composer
        label="Write a message"
        place={placeOf(agentId)}
        isBusy={begin.isPending}
        canStop={false}
        onSend={(text) =>
          begin.mutateAsync(text).then(
            () => true,
            () => false,
          )
        }
      />
    </div>
  )
}
