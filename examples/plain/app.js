const [small, large] = document.querySelectorAll('likeness-avatar')
const { user } = await (await fetch('/me.json')).json()

small.setAttribute('user', user)
large.setAttribute('user', user)
large.getToken = async () => (await fetch('/token', { method: 'POST' })).text()
large.addEventListener('likeness-change', () => {
  document.querySelector('#said').textContent = 'Your colleagues see it from now on.'
})
