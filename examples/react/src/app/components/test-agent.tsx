import { mastraClient } from '../../lib/mastra-client'

export const TestAgent = () => {
  async function handleClick() {
    const agent = mastraClient.getAgent('weatherAgent')
    const response = await agent.generate('Weather in London')
    console.log(response)
  }

  return <button onClick={handleClick}>Test Agent</button>
}
