export default { model: 'signet/rehearsal', description: 'Welcomes visitors' }
