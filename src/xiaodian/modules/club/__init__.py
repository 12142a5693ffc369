"""Club: a shop's fan club, whose members rise by watching on air, buying and following.

Owns the tables of the schema `club`. Set by the shop: `club` (name, badge, rules, levels). Facts of members:
`attendance` (seconds watched on air, a row a day), `purchase` (a paid order as it is now); who follows since when is
asked of content. A view of them: the points and the level in `member`. What others go by is handed down in the same
transaction: the level to promotion (`set_standings`), the look of badges to live. Emits no events.
Always holds: points are what the facts add up to by the shop's present rules (`rules.reckon`), whatever the order in
which words of them came, and however often; a rebuild gives the same rows; facts of a member are written and added up
by who holds the member's row, so that nobody adds up half; who leaves, leaves nothing behind but coupons made out.
May import the door of every module below fans.
"""
