-- Which replica does a piece of background work, until when on this database's clock. `fence` grows with every change of
-- holder.
CREATE TABLE leases (
    name       {text} NOT NULL PRIMARY KEY,
    holder     {text} NOT NULL,
    fence      {int}  NOT NULL,
    expires_at {time} NOT NULL
){strict};
