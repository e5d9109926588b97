import { useAgent } from '@signet/client-js/react'

/** A chat with the weather agent. */
export const Chat = () => {
  const { messages, status, error, send, stop } = useAgent('weatherAgent')

  async function handleSubmit(form: FormData) {
    await send(String(form.get('text')))
  }

  return (
    <section>
      <ol aria-label="Messages">
        {messages.map((message) => (
          <li key={message.id}>
            <strong>{message.role}</strong> {message.text}
            {message.toolCalls.map((call) => (
              <pre key={call.toolCallId}>
                {call.toolName} {call.state} {JSON.stringify(call.result)}
              </pre>
            ))}
          </li>
        ))}
      </ol>
      {error instanceof Error && <p role="alert">{error.message}</p>}
      <form action={handleSubmit}>
        <input name="text" aria-label="Question" placeholder="Weather in London" />
        <button type="submit">Send</button>
        <button type="button" onClick={stop} disabled={status !== 'streaming'}>
          Stop
        </button>
      </form>
    </section>
  )
}
