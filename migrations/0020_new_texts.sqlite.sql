-- New rows are noted as due for the index of their text by the program (resource/text_index.hpp), with the insertion.
DROP TRIGGER servers_search_insert;
DROP TRIGGER incidents_search_insert;
DROP TRIGGER backups_search_insert;
