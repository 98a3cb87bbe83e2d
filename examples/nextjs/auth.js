import NextAuth from 'next-auth'

export const { handlers, auth } = NextAuth({
  providers: [],
  callbacks: {
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub } }),
  },
})
